locals {
  idle = "0s"
}
stack "eu" {
  source = "../../stacks/cluster"
  path   = "eu"
  values = {
    idle = local.idle
  }
}
stack "us" {
  source = "../../stacks/cluster"
  path   = "us"
  values = {
    idle = "4h"
  }
}
