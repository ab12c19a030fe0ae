module "first" {
  source = "./node"
  idle   = "0s"
}

module "second" {
  source = "./node"
  idle   = "4h"
}
