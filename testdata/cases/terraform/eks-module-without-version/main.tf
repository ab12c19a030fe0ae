module "eks" {
  source          = "terraform-aws-modules/eks/aws"
  cluster_name    = "demo"
  cluster_version = "1.15"

  worker_groups = [
    {
      name               = "core"
      kubelet_extra_args = "--streaming-connection-idle-timeout=0"
    }
  ]
}
