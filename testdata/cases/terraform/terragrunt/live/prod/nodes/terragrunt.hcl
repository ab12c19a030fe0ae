include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

terraform {
  source = "${get_repo_root()}//modules/nodes"
}

dependency "vpc" {
  config_path = "../vpc"
}

inputs = {
  subnets      = dependency.vpc.outputs.subnets
  kubelet_args = ["--streaming-connection-idle-timeout=${include.root.locals.common.locals.idle}"]
}
