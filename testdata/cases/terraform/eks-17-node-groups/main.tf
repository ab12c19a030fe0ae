module "old" {
  source          = "terraform-aws-modules/eks/aws"
  version         = "17.24.0"
  cluster_name    = "old"
  cluster_version = "1.21"
  node_groups = {
    a = { create_launch_template = true, kubelet_extra_args = "--streaming-connection-idle-timeout=0" }
  }
}

module "defaults" {
  source          = "terraform-aws-modules/eks/aws"
  version         = "~> 17.0"
  cluster_name    = "defaults"
  cluster_version = "1.31"
  node_groups_defaults = {
    ami_type               = "AL2_x86_64"
    create_launch_template = true
    kubelet_extra_args     = "--streaming-connection-idle-timeout=0s"
  }
  node_groups = {
    b = {}
  }
}

module "plain" {
  source       = "terraform-aws-modules/eks/aws"
  version      = "16.2.0"
  cluster_name = "plain"
  node_groups = {
    c = { create_launch_template = true, kubelet_extra_args = "--streaming-connection-idle-timeout=0h" }
  }
}
