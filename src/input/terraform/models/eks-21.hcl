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
    version  = "21.0.0"
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
    version  = "21.0.0"
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
  ignored = {
    kubelet_extra_args = "there is no such input since version 18"
    platform           = "replaced by ami_type in version 21"
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
  variable "kubernetes_version" {
    default = null
  }
  variable "ami_id" {
    default  = ""
    nullable = false
  }
  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
    nullable = false
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
  variable "cloudinit_pre_nodeadm" {
    default = []
  }
  variable "cloudinit_post_nodeadm" {
    default = []
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
    source  = "terraform-aws-modules/eks/aws//modules/_user_data"
    version = "21.0.0"

    ami_type                   = var.ami_type
    cluster_name               = var.cluster_name
    cluster_endpoint           = var.cluster_endpoint
    cluster_auth_base64        = var.cluster_auth_base64
    enable_bootstrap_user_data = var.enable_bootstrap_user_data
    pre_bootstrap_user_data    = var.pre_bootstrap_user_data
    post_bootstrap_user_data   = var.post_bootstrap_user_data
    bootstrap_extra_args       = var.bootstrap_extra_args
    user_data_template_path    = var.user_data_template_path
    cloudinit_pre_nodeadm      = var.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm     = var.cloudinit_post_nodeadm
  }

  resource "aws_launch_template" "this" {
    count     = var.create && var.create_launch_template && var.use_custom_launch_template ? 1 : 0
    image_id  = var.ami_id
    user_data = module.user_data.user_data
  }

  resource "aws_eks_node_group" "this" {
    count    = var.create ? 1 : 0
    ami_type = var.ami_type
    version  = var.kubernetes_version

    launch_template {
      id = aws_launch_template.this[0].id
    }
  }
}

model "terraform-aws-modules/eks/aws//modules/self-managed-node-group" {
  versions = ">= 21.0.0"
  ignored = {
    kubelet_extra_args         = "there is no such input since version 18"
    platform                   = "replaced by ami_type in version 21"
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
  variable "kubernetes_version" {
    default = null
  }
  variable "ami_id" {
    default  = ""
    nullable = false
  }
  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
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
  variable "cloudinit_pre_nodeadm" {
    default = []
  }
  variable "cloudinit_post_nodeadm" {
    default = []
  }
  variable "create_launch_template" {
    default  = true
    nullable = false
  }

  # The image is looked up by its type; only the family shows in the name.
  data "aws_ssm_parameter" "ami" {
    name = lookup({
      AL2          = "/aws/service/eks/optimized-ami/${var.kubernetes_version == null ? "" : var.kubernetes_version}/amazon-linux-2/"
      AL2023       = "/aws/service/eks/optimized-ami/${var.kubernetes_version == null ? "" : var.kubernetes_version}/amazon-linux-2023/"
      BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-${var.kubernetes_version == null ? "" : var.kubernetes_version}/"
      WINDOWS      = "/aws/service/ami-windows-latest/EKS_Optimized-${var.kubernetes_version == null ? "" : var.kubernetes_version}/"
    }, split("_", var.ami_type)[0], "")
  }

  module "user_data" {
    source  = "terraform-aws-modules/eks/aws//modules/_user_data"
    version = "21.0.0"

    ami_type                   = var.ami_type
    is_eks_managed_node_group  = false
    cluster_name               = var.cluster_name
    cluster_endpoint           = var.cluster_endpoint
    cluster_auth_base64        = var.cluster_auth_base64
    enable_bootstrap_user_data = true
    pre_bootstrap_user_data    = var.pre_bootstrap_user_data
    post_bootstrap_user_data   = var.post_bootstrap_user_data
    bootstrap_extra_args       = var.bootstrap_extra_args
    user_data_template_path    = var.user_data_template_path
    cloudinit_pre_nodeadm      = var.cloudinit_pre_nodeadm
    cloudinit_post_nodeadm     = var.cloudinit_post_nodeadm
  }

  resource "aws_launch_template" "this" {
    count     = var.create && var.create_launch_template ? 1 : 0
    image_id  = var.ami_id != "" ? var.ami_id : data.aws_ssm_parameter.ami.value
    user_data = module.user_data.user_data
  }
}

model "terraform-aws-modules/eks/aws//modules/_user_data" {
  versions = ">= 21.0.0"

  variable "create" {
    default  = true
    nullable = false
  }
  variable "ami_type" {
    default  = "AL2023_x86_64_STANDARD"
    nullable = false
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
  variable "cloudinit_pre_nodeadm" {
    default  = []
    nullable = false
  }
  variable "cloudinit_post_nodeadm" {
    default  = []
    nullable = false
  }

  locals {
    kind = split("_", var.ami_type)[0]
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

    # AL2023: the module's own document only says which cluster to join.
    al2023 = var.enable_bootstrap_user_data ? "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: ${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\n    apiServerEndpoint: ${var.cluster_endpoint}\n    certificateAuthority: ${var.cluster_auth_base64}\n    cidr: 10.100.0.0/16\n" : ""

    bottlerocket = join("", [
      var.enable_bootstrap_user_data ? "[settings.kubernetes]\n\"cluster-name\" = \"${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\"\n\"api-server\" = \"${var.cluster_endpoint}\"\n\"cluster-certificate\" = \"${var.cluster_auth_base64}\"\n" : "",
      var.bootstrap_extra_args,
    ])

    windows = var.enable_bootstrap_user_data ? join("", [
      "<powershell>\n",
      var.pre_bootstrap_user_data,
      "& \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} -APIServerEndpoint ${var.cluster_endpoint} -Base64ClusterCA ${var.cluster_auth_base64} ${var.bootstrap_extra_args}\n",
      var.post_bootstrap_user_data,
      "</powershell>\n",
    ]) : var.pre_bootstrap_user_data

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
    as_script = local.kind == "AL2" && var.is_eks_managed_node_group && !var.enable_bootstrap_user_data && var.pre_bootstrap_user_data != "" && var.user_data_template_path == ""
    as_parts  = local.kind == "AL2023" && length(local.parts) > 0
  }

  data "cloudinit_config" "script" {
    gzip     = false
    boundary = "//"
    part {
      content      = var.pre_bootstrap_user_data
      content_type = "text/x-shellscript"
    }
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
