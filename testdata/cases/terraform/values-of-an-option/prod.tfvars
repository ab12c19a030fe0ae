pools = { a = "4h" }
