# terraform-aws-modules/eks from 21.0: what of its inputs reaches a node, and how. Modelled after `node_groups.tf`,
# `modules/*-managed-node-group/main.tf` and `modules/_user_data/main.tf` of that version; only what a kubelet can see is here.

model "terraform-aws-modules/eks/aws" {
  versions = ">= 21.0.0"
  ignored = {
    "eks_managed_node_groups.kubelet_extra_args"  = "there is no such input since version 18; an object type drops it"
    "self_managed_node_groups.kubelet_extra_args" = "there is no such input since version 18; an object type drops it"
    "eks_managed_node_groups.platform"            = "replaced by ami_type in version 21"
    "self_managed_node_groups.platform"           = "replaced by ami_type in version 21"
    "eks_managed_node_group_defaults"             = "removed in version 21"
    "self_managed_node_group_defaults"            = "removed in version 21"
  }

  variable "create" {
    default = true
  }
  variable "name" {
    default = ""
  }
  variable "kubernetes_version" {
    default = null
  }
  variable "eks_managed_node_groups" {
    type = map(object({
      create                     = optional(bool, true)
      kubernetes_version         = optional(string)
      ami_id                     = optional(string, "")
      ami_type                   = optional(string, "AL2023_x86_64_STANDARD")
      enable_bootstrap_user_data = optional(bool, false)
      pre_bootstrap_user_data    = optional(string)
      post_bootstrap_user_data   = optional(string)
      bootstrap_extra_args       = optional(string)
      user_data_template_path    = optional(string)
      cloudinit_pre_nodeadm      = optional(list(any), [])
      cloudinit_post_nodeadm     = optional(list(any), [])
      create_launch_template     = optional(bool, true)
      use_custom_launch_template = optional(bool, true)
    }))
    default = {}
  }
  variable "self_managed_node_groups" {
    type = map(object({
      create                   = optional(bool, true)
      kubernetes_version       = optional(string)
      ami_id                   = optional(string, "")
      ami_type                 = optional(string, "AL2023_x86_64_STANDARD")
      pre_bootstrap_user_data  = optional(string)
      post_bootstrap_user_data = optional(string)
      bootstrap_extra_args     = optional(string)
      user_data_template_path  = optional(string)
      cloudinit_pre_nodeadm    = optional(list(any), [])
      cloudinit_post_nodeadm   = optional(list(any), [])
      create_launch_template   = optional(bool, true)
    }))
    default = {}
  }

  module "eks_managed_node_group" {
    source   = "terraform-aws-modules/eks/aws//modules/eks-managed-node-group"
    for_each = var.create && var.eks_managed_node_groups != null ? var.eks_managed_node_groups : {}

    create                     = each.value.create
    cluster_name               = var.name
    kubernetes_version         = each.value.kubernetes_version != null ? each.value.kubernetes_version : var.kubernetes_version
    ami_id                     = each.value.ami_id
    ami_type                   = each.value.ami_type
    enable_bootstrap_user_data = each.value.enable_bootstrap_user_data
    pre_bootstrap_user_data    = each.value.pre_bootstrap_user_data
    post_bootstrap_user_data   = each.value.post_bootstrap_user_data
    bootstrap_extra_args       = each.value.bootstrap_extra_args
    user_data_template_path    = each.value.user_data_template_path
    cloudinit_pre_nodeadm      = each.value.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm     = each.value.cloudinit_post_nodeadm
    create_launch_template     = each.value.create_launch_template
    use_custom_launch_template = each.value.use_custom_launch_template
  }

  module "self_managed_node_group" {
    source   = "terraform-aws-modules/eks/aws//modules/self-managed-node-group"
    for_each = var.create && var.self_managed_node_groups != null ? var.self_managed_node_groups : {}

    create                   = each.value.create
    cluster_name             = var.name
    kubernetes_version       = each.value.kubernetes_version != null ? each.value.kubernetes_version : var.kubernetes_version
    ami_id                   = each.value.ami_id
    ami_type                 = each.value.ami_type
    pre_bootstrap_user_data  = each.value.pre_bootstrap_user_data
    post_bootstrap_user_data = each.value.post_bootstrap_user_data
    bootstrap_extra_args     = each.value.bootstrap_extra_args
    user_data_template_path  = each.value.user_data_template_path
    cloudinit_pre_nodeadm    = each.value.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm   = each.value.cloudinit_post_nodeadm
    create_launch_template   = each.value.create_launch_template
  }
}

model "terraform-aws-modules/eks/aws//modules/eks-managed-node-group" {
  versions = ">= 21.0.0"
  like     = "20.9.0"
  without  = ["cluster_version", "platform"]
  ignored = {
    platform = "replaced by ami_type in version 21"
  }

  variable "kubernetes_version" {
    default = null
  }
  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
    nullable = false
  }

  module "user_data" {
    platform = null
  }

  resource "aws_eks_node_group" "this" {
    version = var.kubernetes_version
  }
}

model "terraform-aws-modules/eks/aws//modules/self-managed-node-group" {
  versions = ">= 21.0.0"
  like     = "20.9.0"
  without  = ["cluster_version", "platform"]
  ignored = {
    platform = "replaced by ami_type in version 21"
  }

  variable "kubernetes_version" {
    default = null
  }
  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
    nullable = false
  }

  data "aws_ssm_parameter" "ami" {
    name = lookup({
      AL2          = "/aws/service/eks/optimized-ami/${var.kubernetes_version == null ? "" : var.kubernetes_version}/amazon-linux-2/"
      AL2023       = "/aws/service/eks/optimized-ami/${var.kubernetes_version == null ? "" : var.kubernetes_version}/amazon-linux-2023/"
      BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-${var.kubernetes_version == null ? "" : var.kubernetes_version}/"
      WINDOWS      = "/aws/service/ami-windows-latest/EKS_Optimized-${var.kubernetes_version == null ? "" : var.kubernetes_version}/"
    }, split("_", var.ami_type)[0], "")
  }

  module "user_data" {
    platform = null
  }
}

model "terraform-aws-modules/eks/aws//modules/_user_data" {
  versions = ">= 21.0.0"
  like     = "20.9.0"
  without  = ["platform"]

  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
    nullable = false
  }

  locals {
    kind = split("_", var.ami_type)[0]
  }
}
