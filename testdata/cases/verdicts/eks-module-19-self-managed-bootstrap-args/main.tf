module "eks" {
  source = "terraform-aws-modules/eks/aws"
  version = "~> 19.0"
  self_managed_node_groups = { a = { bootstrap_extra_args = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'" } }
}
