locals {
  off = "0s"
}
identity_token "aws" {
  audience = ["a"]
}
deployment "dev" {
  inputs = {
    idle = { blue = "4h" }
  }
}
deployment "prod" {
  inputs = {
    idle  = { blue = "4h", green = local.off }
    token = identity_token.aws.jwt
  }
}
