module "workers" {
  source  = "cloudposse/eks-node-group/aws"
  version = "~> 3.0"
  cluster_name = "demo"
  kubelet_additional_options = ["--streaming-connection-idle-timeout=0"]
}
