# terraform-aws-modules/eks from 18.0 up to 20.4: what of its inputs reaches a node, and how. Modelled after `node_groups.tf`,
# `modules/*-managed-node-group/main.tf` and `modules/_user_data/main.tf` of 18.31.2. The platform decides the kind of
# user data.

model "terraform-aws-modules/eks/aws" {
  versions = ">= 18.0.0, < 20.5.0"
  ignored = {
    "eks_managed_node_groups.kubelet_extra_args"  = "there is no such input since version 18, and nothing refuses it"
    "self_managed_node_groups.kubelet_extra_args" = "there is no such input since version 18, and nothing refuses it"
    "cloudinit_pre_nodeadm"                       = "there is no such input before version 20.5"
    "cloudinit_post_nodeadm"                      = "there is no such input before version 20.5"
    "node_groups"                                 = "replaced by eks_managed_node_groups in version 18"
    "worker_groups"                               = "replaced by self_managed_node_groups in version 18"
    "worker_groups_launch_template"               = "replaced by self_managed_node_groups in version 18"
    "workers_group_defaults"                      = "replaced by self_managed_node_group_defaults in version 18"
  }

  variable "create" {
    default = true
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_version" {
    default = null
  }
  variable "eks_managed_node_groups" {
    default = {}
  }
  variable "eks_managed_node_group_defaults" {
    default = {}
  }
  variable "self_managed_node_groups" {
    default = {}
  }
  variable "self_managed_node_group_defaults" {
    default = {}
  }

  module "eks_managed_node_group" {
    source   = "terraform-aws-modules/eks/aws//modules/eks-managed-node-group"
    for_each = { for k, v in var.eks_managed_node_groups : k => v if var.create }

    create                     = try(each.value.create, true)
    cluster_name               = var.cluster_name
    cluster_version            = try(each.value.cluster_version, var.eks_managed_node_group_defaults.cluster_version, var.cluster_version)
    ami_id                     = try(each.value.ami_id, var.eks_managed_node_group_defaults.ami_id, "")
    ami_type                   = try(each.value.ami_type, var.eks_managed_node_group_defaults.ami_type, null)
    platform                   = try(each.value.platform, var.eks_managed_node_group_defaults.platform, "linux")
    enable_bootstrap_user_data = try(each.value.enable_bootstrap_user_data, var.eks_managed_node_group_defaults.enable_bootstrap_user_data, false)
    pre_bootstrap_user_data    = try(each.value.pre_bootstrap_user_data, var.eks_managed_node_group_defaults.pre_bootstrap_user_data, "")
    post_bootstrap_user_data   = try(each.value.post_bootstrap_user_data, var.eks_managed_node_group_defaults.post_bootstrap_user_data, "")
    bootstrap_extra_args       = try(each.value.bootstrap_extra_args, var.eks_managed_node_group_defaults.bootstrap_extra_args, "")
    user_data_template_path    = try(each.value.user_data_template_path, var.eks_managed_node_group_defaults.user_data_template_path, "")
    create_launch_template     = try(each.value.create_launch_template, var.eks_managed_node_group_defaults.create_launch_template, true)
    use_custom_launch_template = try(each.value.use_custom_launch_template, var.eks_managed_node_group_defaults.use_custom_launch_template, true)
  }

  module "self_managed_node_group" {
    source   = "terraform-aws-modules/eks/aws//modules/self-managed-node-group"
    for_each = { for k, v in var.self_managed_node_groups : k => v if var.create }

    create                   = try(each.value.create, true)
    cluster_name             = var.cluster_name
    cluster_version          = try(each.value.cluster_version, var.self_managed_node_group_defaults.cluster_version, var.cluster_version)
    ami_id                   = try(each.value.ami_id, var.self_managed_node_group_defaults.ami_id, "")
    ami_type                 = try(each.value.ami_type, var.self_managed_node_group_defaults.ami_type, null)
    platform                 = try(each.value.platform, var.self_managed_node_group_defaults.platform, "linux")
    pre_bootstrap_user_data  = try(each.value.pre_bootstrap_user_data, var.self_managed_node_group_defaults.pre_bootstrap_user_data, "")
    post_bootstrap_user_data = try(each.value.post_bootstrap_user_data, var.self_managed_node_group_defaults.post_bootstrap_user_data, "")
    bootstrap_extra_args     = try(each.value.bootstrap_extra_args, var.self_managed_node_group_defaults.bootstrap_extra_args, "")
    user_data_template_path  = try(each.value.user_data_template_path, var.self_managed_node_group_defaults.user_data_template_path, "")
    create_launch_template   = try(each.value.create_launch_template, var.self_managed_node_group_defaults.create_launch_template, true)
  }
}

model "terraform-aws-modules/eks/aws//modules/eks-managed-node-group" {
  versions = ">= 18.0.0, < 20.5.0"
  ignored = {
    kubelet_extra_args = "there is no such input since version 18"
  }

  variable "create" {
    default  = true
    nullable = false
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_endpoint" {}
  variable "cluster_auth_base64" {}
  variable "cluster_version" {
    default = null
  }
  variable "ami_id" {
    default  = ""
    nullable = false
  }
  variable "ami_type" {
    default = null
  }
  variable "platform" {
    default = "linux"
  }
  variable "enable_bootstrap_user_data" {
    default  = false
    nullable = false
  }
  variable "pre_bootstrap_user_data" {
    default = null
  }
  variable "post_bootstrap_user_data" {
    default = null
  }
  variable "bootstrap_extra_args" {
    default = null
  }
  variable "user_data_template_path" {
    default = null
  }
  variable "create_launch_template" {
    default  = true
    nullable = false
  }
  variable "use_custom_launch_template" {
    default  = true
    nullable = false
  }

  module "user_data" {
    source = "terraform-aws-modules/eks/aws//modules/_user_data"

    ami_type                   = var.ami_type
    platform                   = var.platform
    cluster_name               = var.cluster_name
    cluster_endpoint           = var.cluster_endpoint
    cluster_auth_base64        = var.cluster_auth_base64
    enable_bootstrap_user_data = var.enable_bootstrap_user_data
    pre_bootstrap_user_data    = var.pre_bootstrap_user_data
    post_bootstrap_user_data   = var.post_bootstrap_user_data
    bootstrap_extra_args       = var.bootstrap_extra_args
    user_data_template_path    = var.user_data_template_path
  }

  resource "aws_launch_template" "this" {
    count     = var.create && var.create_launch_template && var.use_custom_launch_template ? 1 : 0
    image_id  = var.ami_id
    user_data = module.user_data.user_data
  }

  resource "aws_eks_node_group" "this" {
    count    = var.create ? 1 : 0
    ami_type = var.ami_type
    version  = var.cluster_version

    launch_template {
      id = aws_launch_template.this[0].id
    }
  }
}

model "terraform-aws-modules/eks/aws//modules/self-managed-node-group" {
  versions = ">= 18.0.0, < 20.5.0"
  ignored = {
    kubelet_extra_args         = "there is no such input since version 18"
    enable_bootstrap_user_data = "always on for self-managed nodes"
  }

  variable "create" {
    default  = true
    nullable = false
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_endpoint" {}
  variable "cluster_auth_base64" {}
  variable "cluster_version" {
    default = null
  }
  variable "ami_id" {
    default  = ""
    nullable = false
  }
  variable "ami_type" {
    default = null
  }
  variable "platform" {
    default = "linux"
  }
  variable "pre_bootstrap_user_data" {
    default = null
  }
  variable "post_bootstrap_user_data" {
    default = null
  }
  variable "bootstrap_extra_args" {
    default = null
  }
  variable "user_data_template_path" {
    default = null
  }
  variable "create_launch_template" {
    default  = true
    nullable = false
  }

  data "aws_ami" "eks_default" {
    filter {
      name   = "name"
      values = ["amazon-eks-node-${var.cluster_version == null ? "" : var.cluster_version}-v*"]
    }
  }

  module "user_data" {
    source = "terraform-aws-modules/eks/aws//modules/_user_data"

    ami_type                   = var.ami_type
    platform                   = var.platform
    is_eks_managed_node_group  = false
    cluster_name               = var.cluster_name
    cluster_endpoint           = var.cluster_endpoint
    cluster_auth_base64        = var.cluster_auth_base64
    enable_bootstrap_user_data = true
    pre_bootstrap_user_data    = var.pre_bootstrap_user_data
    post_bootstrap_user_data   = var.post_bootstrap_user_data
    bootstrap_extra_args       = var.bootstrap_extra_args
    user_data_template_path    = var.user_data_template_path
  }

  resource "aws_launch_template" "this" {
    count     = var.create && var.create_launch_template ? 1 : 0
    image_id  = var.ami_id != "" ? var.ami_id : data.aws_ami.eks_default.id
    user_data = module.user_data.user_data
  }
}

model "terraform-aws-modules/eks/aws//modules/_user_data" {
  versions = ">= 18.0.0, < 20.5.0"

  variable "create" {
    default  = true
    nullable = false
  }
  variable "ami_type" {
    default = null
  }
  variable "platform" {
    default = "linux"
  }
  variable "is_eks_managed_node_group" {
    default  = true
    nullable = false
  }
  variable "cluster_name" {
    default  = ""
    nullable = false
  }
  variable "cluster_endpoint" {}
  variable "cluster_auth_base64" {}
  variable "enable_bootstrap_user_data" {
    default  = false
    nullable = false
  }
  variable "pre_bootstrap_user_data" {
    default  = ""
    nullable = false
  }
  variable "post_bootstrap_user_data" {
    default  = ""
    nullable = false
  }
  variable "bootstrap_extra_args" {
    default  = ""
    nullable = false
  }
  variable "user_data_template_path" {
    default  = ""
    nullable = false
  }

  locals {
    platforms = { linux = "AL2", bottlerocket = "BOTTLEROCKET", windows = "WINDOWS" }
    kind      = lookup(local.platforms, var.platform, "")
    args = {
      enable_bootstrap_user_data = var.enable_bootstrap_user_data
      cluster_name               = var.cluster_name
      cluster_endpoint           = var.cluster_endpoint
      cluster_auth_base64        = var.cluster_auth_base64
      cluster_service_cidr       = "10.100.0.0/16"
      cluster_ip_family          = "ipv4"
      cluster_dns_ips            = "[\"10.100.0.10\"]"
      bootstrap_extra_args       = var.bootstrap_extra_args
      pre_bootstrap_user_data    = var.pre_bootstrap_user_data
      post_bootstrap_user_data   = var.post_bootstrap_user_data
    }

    # AL2: a script of the user's part, the call of bootstrap.sh, and the user's other part.
    al2 = var.enable_bootstrap_user_data ? join("", [
      "#!/bin/bash\nset -e\n",
      var.pre_bootstrap_user_data,
      "CA=${var.cluster_auth_base64}\nURL=${var.cluster_endpoint}\n",
      "/etc/eks/bootstrap.sh ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} ${var.bootstrap_extra_args} --b64-cluster-ca $CA --apiserver-endpoint $URL\n",
      var.post_bootstrap_user_data,
    ]) : var.pre_bootstrap_user_data

    bottlerocket = join("", [
      var.enable_bootstrap_user_data ? "[settings.kubernetes]\n\"cluster-name\" = \"${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\"\n\"api-server\" = \"${var.cluster_endpoint}\"\n\"cluster-certificate\" = \"${var.cluster_auth_base64}\"\n" : "",
      var.bootstrap_extra_args,
    ])

    windows = var.enable_bootstrap_user_data ? join("", [
      "<powershell>\n",
      var.pre_bootstrap_user_data,
      "\n[string]$EKSBinDir = \"$env:ProgramFiles\\Amazon\\EKS\"\n[string]$EKSBootstrapScriptName = 'Start-EKSBootstrap.ps1'\n[string]$EKSBootstrapScriptFile = \"$EKSBinDir\\$EKSBootstrapScriptName\"\n",
      "& $EKSBootstrapScriptFile -EKSClusterName ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} -APIServerEndpoint ${var.cluster_endpoint} -Base64ClusterCA ${var.cluster_auth_base64} ${var.bootstrap_extra_args} 3>&1 4>&1 5>&1 6>&1\n",
      var.post_bootstrap_user_data,
      "</powershell>\n",
    ]) : local.windows_bare

    # Before version 20 there is nothing without the bootstrap.
    windows_bare = ""

    text = var.user_data_template_path != "" ? templatefile(var.user_data_template_path, local.args) : lookup({
      AL2          = local.al2
      BOTTLEROCKET = local.bottlerocket
      WINDOWS      = local.windows
    }, local.kind, "")

    as_script = local.kind == "AL2" && var.is_eks_managed_node_group && !var.enable_bootstrap_user_data && var.pre_bootstrap_user_data != "" && var.user_data_template_path == ""
  }

  data "cloudinit_config" "script" {
    gzip     = false
    boundary = "//"
    part {
      content      = var.pre_bootstrap_user_data
      content_type = "text/x-shellscript"
    }
  }

  output "user_data" {
    value = local.as_script ? data.cloudinit_config.script.rendered : base64encode(local.text)
  }
}
