# terraform-aws-modules/eks from 20.5 up to 20.8: the inputs `cloudinit_pre_nodeadm` and `cloudinit_post_nodeadm`, and the platform
# `al2023`. Modelled after `node_groups.tf` and `modules/_user_data/main.tf` of 20.8.5. The platform decides the kind of user data.

model "terraform-aws-modules/eks/aws" {
  versions = ">= 20.5.0, < 20.9.0"
  like     = "18.0.0"
  ignored = {
    "cloudinit_pre_nodeadm"  = null
    "cloudinit_post_nodeadm" = null
  }

  module "eks_managed_node_group" {
    cloudinit_pre_nodeadm  = try(each.value.cloudinit_pre_nodeadm, var.eks_managed_node_group_defaults.cloudinit_pre_nodeadm, [])
    cloudinit_post_nodeadm = try(each.value.cloudinit_post_nodeadm, var.eks_managed_node_group_defaults.cloudinit_post_nodeadm, [])
  }

  module "self_managed_node_group" {
    cloudinit_pre_nodeadm  = try(each.value.cloudinit_pre_nodeadm, var.self_managed_node_group_defaults.cloudinit_pre_nodeadm, [])
    cloudinit_post_nodeadm = try(each.value.cloudinit_post_nodeadm, var.self_managed_node_group_defaults.cloudinit_post_nodeadm, [])
  }
}

model "terraform-aws-modules/eks/aws//modules/eks-managed-node-group" {
  versions = ">= 20.5.0, < 20.9.0"
  like     = "18.0.0"

  variable "cloudinit_pre_nodeadm" {
    default = []
  }
  variable "cloudinit_post_nodeadm" {
    default = []
  }

  module "user_data" {
    cloudinit_pre_nodeadm  = var.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm = var.cloudinit_post_nodeadm
  }
}

model "terraform-aws-modules/eks/aws//modules/self-managed-node-group" {
  versions = ">= 20.5.0, < 20.9.0"
  like     = "18.0.0"

  variable "cloudinit_pre_nodeadm" {
    default = []
  }
  variable "cloudinit_post_nodeadm" {
    default = []
  }

  module "user_data" {
    cloudinit_pre_nodeadm  = var.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm = var.cloudinit_post_nodeadm
  }
}

model "terraform-aws-modules/eks/aws//modules/_user_data" {
  versions = ">= 20.5.0, < 20.9.0"
  like     = "18.0.0"

  variable "cloudinit_pre_nodeadm" {
    default  = []
    nullable = false
  }
  variable "cloudinit_post_nodeadm" {
    default  = []
    nullable = false
  }

  locals {
    windows_bare = var.pre_bootstrap_user_data

    platforms = { linux = "AL2", al2023 = "AL2023", bottlerocket = "BOTTLEROCKET", windows = "WINDOWS" }

    # AL2023: the module's own document only says which cluster to join.
    al2023 = var.enable_bootstrap_user_data ? "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: ${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\n    apiServerEndpoint: ${var.cluster_endpoint}\n    certificateAuthority: ${var.cluster_auth_base64}\n    cidr: 10.100.0.0/16\n" : ""

    text = var.user_data_template_path != "" ? templatefile(var.user_data_template_path, local.args) : lookup({
      AL2          = local.al2
      AL2023       = local.al2023
      BOTTLEROCKET = local.bottlerocket
      WINDOWS      = local.windows
    }, local.kind, "")

    parts = var.enable_bootstrap_user_data ? concat(
      var.cloudinit_pre_nodeadm,
      [{ content_type = "application/node.eks.aws", content = local.text }],
      var.cloudinit_post_nodeadm,
    ) : var.cloudinit_pre_nodeadm

    as_parts = local.kind == "AL2023" && length(local.parts) > 0
  }

  data "cloudinit_config" "parts" {
    gzip     = false
    boundary = "MIMEBOUNDARY"
    dynamic "part" {
      for_each = local.parts
      content {
        content      = part.value.content
        content_type = try(part.value.content_type, null)
        filename     = try(part.value.filename, null)
        merge_type   = try(part.value.merge_type, null)
      }
    }
  }

  output "user_data" {
    value = local.as_script ? data.cloudinit_config.script.rendered : local.as_parts ? data.cloudinit_config.parts.rendered : base64encode(local.text)
  }
}
