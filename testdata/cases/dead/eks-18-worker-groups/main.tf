module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 18.0"
  worker_groups = [
    { name = "a", kubelet_extra_args = "--streaming-connection-idle-timeout=0" },
  ]
}
