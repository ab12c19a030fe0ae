module "eks" {
  source = "terraform-aws-modules/eks/aws"
  version = "~> 18.0"
  self_managed_node_groups = { a = { kubelet_extra_args = "--streaming-connection-idle-timeout=0" } }
}
