module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "17.24.0"

  cluster_name = "demo"
  worker_groups = [{
    bootstrap_extra_args = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'"
  }]
}
