name = "lab"
