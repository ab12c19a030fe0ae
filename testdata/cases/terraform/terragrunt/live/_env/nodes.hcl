terraform {
  source = "${get_parent_terragrunt_dir()}/../../modules/nodes"
}

inputs = {
  subnets      = []
  kubelet_args = ["--streaming-connection-idle-timeout=0"]
}
