module "nodes" {
  source  = "example/nodes/aws"
  version = "1.0.0"
  idle    = "0s"
}
