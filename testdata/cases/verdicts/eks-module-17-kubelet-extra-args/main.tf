module "eks" {
  source = "terraform-aws-modules/eks/aws"
  version = "17.24.0"
  worker_groups = [{ kubelet_extra_args = "--streaming-connection-idle-timeout=0" }]
}
