module "nodes" {
  source = "./nodes"
  idle   = "0s"
}

x = = 3

locals {
  unfinished = "${
}
