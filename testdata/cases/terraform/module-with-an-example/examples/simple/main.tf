provider "aws" {
  region = "eu-west-3"
}

module "nodes" {
  source = "../.."
}
