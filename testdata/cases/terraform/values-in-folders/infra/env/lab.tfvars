idle = "0m"
