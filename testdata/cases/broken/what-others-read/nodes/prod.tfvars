idle = "0s"
other = = 1
