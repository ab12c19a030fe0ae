locals {
  region  = "eu-central-1"
  cluster = "prod-${local.region}"
  idle    = "0s"
}
