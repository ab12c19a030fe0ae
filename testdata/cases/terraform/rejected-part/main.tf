# Without a file of values Terraform stops at the names that are not there; the rest of the groups is known.
terraform {
  backend "s3" {
    key = "nodes"
  }
}

variable "shared" {
  type    = map(any)
  default = {}
}

locals {
  cluster = "${var.shared.prefix}-pond"
  create  = try(var.shared.create, true)
}

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.36.0"

  cluster_name = local.cluster

  eks_managed_node_groups = {
    "${local.cluster}-core" = {
      create   = local.create
      max_size = var.shared.size
      ami_type = "AL2023_x86_64_STANDARD"
      cloudinit_pre_nodeadm = [{
        content_type = "application/node.eks.aws"
        content      = <<-EOT
          apiVersion: node.eks.aws/v1alpha1
          kind: NodeConfig
          spec:
            kubelet:
              flags: ["--streaming-connection-idle-timeout=0"]
        EOT
      }]
    }
  }
}

resource "aws_launch_template" "pool" {
  for_each  = { for name in [split(",", var.shared.pools)[0]] : name => name }
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n")
}
