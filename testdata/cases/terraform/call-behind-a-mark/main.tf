module "nodes" {
  source = "./nodes"
  idle   = "0s"
}
