module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name = "prod"

  self_managed_node_groups = {
    workers = {
      ami_type             = "AL2_x86_64"
      bootstrap_extra_args = "--kubelet-extra-args '--streaming-connection-idle-timeout=0s'"
    }
  }
}
