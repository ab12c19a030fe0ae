# Only this file is skipped, not the units that include it.
skip = true

locals {
  common = read_terragrunt_config(find_in_parent_folders("common.hcl"))
}

remote_state {
  backend = "s3"
  config  = { bucket = "state", key = "${path_relative_to_include()}/terraform.tfstate" }
}

generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<-EOF
    provider "aws" {
      region = "${local.common.locals.region}"
    }
  EOF
}

inputs = {
  cluster      = local.common.locals.cluster
  kubelet_args = ["--streaming-connection-idle-timeout=4h"]
}
