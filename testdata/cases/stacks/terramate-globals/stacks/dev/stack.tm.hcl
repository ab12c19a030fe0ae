stack {
  name = "dev"
}
