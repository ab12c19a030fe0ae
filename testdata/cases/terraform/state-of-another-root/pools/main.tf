terraform {
  backend "gcs" {
    bucket = "pond"
    prefix = "pools"
  }
}

data "terraform_remote_state" "cluster" {
  backend = "s3"
  config = {
    bucket = "pond-state"
    key    = "cluster/terraform.tfstate"
    region = "eu-west-1"
  }
}

data "terraform_remote_state" "beside" {
  backend = "local"
  config  = { path = "${path.module}/../beside/terraform.tfstate" }
}

data "terraform_remote_state" "partly" {
  backend = "azurerm"
  config  = { storage_account_name = "pond", container_name = "state", key = "partly.tfstate" }
}

data "terraform_remote_state" "values" {
  backend = "remote"
  config  = { organization = "pond", workspaces = { name = "values" } }
}

data "terraform_remote_state" "circle" {
  backend = "gcs"
  config  = { bucket = "pond", prefix = "circle" }
}

data "terraform_remote_state" "elsewhere" {
  backend = "s3"
  config  = { bucket = "other", key = "cluster/terraform.tfstate" }
}

output "idle" {
  value = data.terraform_remote_state.circle.outputs.idle
}

locals {
  cluster = data.terraform_remote_state.cluster.outputs
  args = {
    cluster   = local.cluster.kubelet.args
    beside    = "--streaming-connection-idle-timeout=${data.terraform_remote_state.beside.outputs.idle}"
    partly    = "--streaming-connection-idle-timeout=${data.terraform_remote_state.partly.outputs.idle}"
    values    = "--streaming-connection-idle-timeout=${data.terraform_remote_state.values.outputs.idle}"
    circle    = "--streaming-connection-idle-timeout=${data.terraform_remote_state.circle.outputs.idle}"
    elsewhere = "--streaming-connection-idle-timeout=${data.terraform_remote_state.elsewhere.outputs.kubelet.args}"
  }
}

resource "aws_launch_template" "pool" {
  for_each  = local.args
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args '${each.value}'\n")
}
