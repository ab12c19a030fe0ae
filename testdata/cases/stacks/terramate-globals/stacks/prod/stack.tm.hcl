stack {
  name = "prod"
}
