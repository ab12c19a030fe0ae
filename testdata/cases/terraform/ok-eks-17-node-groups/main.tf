module "al2023" {
  source          = "terraform-aws-modules/eks/aws"
  version         = "17.24.0"
  cluster_name    = "al2023"
  cluster_version = "1.31"
  node_groups = {
    a = { create_launch_template = true, ami_type = "AL2023_x86_64_STANDARD", kubelet_extra_args = "--streaming-connection-idle-timeout=4h" }
  }
}

module "without_a_template" {
  source          = "terraform-aws-modules/eks/aws"
  version         = "17.24.0"
  cluster_name    = "without"
  cluster_version = "1.21"
  node_groups = {
    a = { kubelet_extra_args = "--streaming-connection-idle-timeout=1h" }
  }
}
