globals { t = "0" }
