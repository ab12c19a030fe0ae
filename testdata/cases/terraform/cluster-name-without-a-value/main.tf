variable "cluster_name" {
  type = string
}

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 19.13"

  cluster_name = var.cluster_name

  eks_managed_node_groups = {
    core = {
      ami_id                     = "ami-1"
      enable_bootstrap_user_data = true
      bootstrap_extra_args       = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'"
    }
  }
}
