deployment "prod" {
  inputs = { idles = { eu = "1h", us = "0s" } }
}
