idle  = "0s"
bucket = "x"
