variable "cluster_name" {
  type = string
}

variable "pools" {
  type    = list(object({ name = string, idle = string }))
  default = [{ name = "b", idle = "0" }]
}

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  eks_managed_node_groups = merge(local.more, {
    "${var.cluster_name}-a" = {
      ami_type = "AL2023_x86_64_STANDARD"
      cloudinit_pre_nodeadm = [{
        content_type = "application/node.eks.aws"
        content      = <<-EOT
          apiVersion: node.eks.aws/v1alpha1
          kind: NodeConfig
          spec:
            kubelet:
              flags:
                - --streaming-connection-idle-timeout=0
        EOT
      }]
    }
  })
}

locals {
  more = {
    for pool in var.pools : "${var.cluster_name}-${pool.name}" => {
      ami_type = "AL2023_x86_64_STANDARD"
      cloudinit_pre_nodeadm = [{
        content_type = "application/node.eks.aws"
        content      = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {kubelet: {flags: [--streaming-connection-idle-timeout=${pool.idle}]}}\n"
      }]
    }
  }
}
