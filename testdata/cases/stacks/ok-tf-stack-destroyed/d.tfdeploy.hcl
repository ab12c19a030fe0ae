deployment "prod" {
  inputs = { idle = "0s" }
  destroy = true
}
