module "ng" {
  source = "cloudposse/eks-node-group/aws"
  version = "3.3.0"
  cluster_name = "c"
  kubelet_additional_options = ["--streaming-connection-idle-timeout=0"]
  ami_image_id = ["ami-123"]
}
