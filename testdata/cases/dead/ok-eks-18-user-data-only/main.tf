module "user_data" {
  source  = "terraform-aws-modules/eks/aws//modules/_user_data"
  version = "18.31.2"

  cluster_name         = "demo"
  bootstrap_extra_args = "--kubelet-extra-args '--streaming-connection-idle-timeout=5m'"
}

output "user_data" {
  value = module.user_data.user_data
}
