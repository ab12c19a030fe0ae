module "nodes" {
  source  = "cloudposse/eks-node-group/aws"
  version = "3.1.0"

  cluster_name       = "demo"
  ami_type           = "AL2023_x86_64_STANDARD"
  kubernetes_version = ["1.31"]
  kubelet_extra_args = "--streaming-connection-idle-timeout=0"

  bootstrap_additional_options = ["--kubelet-extra-args '--runtime-request-timeout=3m'"]
}
