# cloudposse/eks-node-group and cloudposse/eks-workers: what of their inputs reaches a node, and how. Modelled after
# `userdata.tf` and the templates of eks-node-group 3.x (2.x knows no AL2023), and `userdata.tpl` of eks-workers 1.0.0.

model "cloudposse/eks-node-group/aws" {
  versions = ">= 0.25.0"
  ignored = {
    kubelet_extra_args   = "the input is called kubelet_additional_options"
    bootstrap_extra_args = "the input is called bootstrap_additional_options"
  }

  variable "enabled" {
    default = true
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_endpoint" {}
  variable "certificate_authority_data" {}
  variable "ami_type" {
    default = "AL2_x86_64"
  }
  variable "ami_image_id" {
    default = []
  }
  variable "kubernetes_version" {
    default = []
  }
  variable "kubelet_additional_options" {
    default = []
  }
  variable "bootstrap_additional_options" {
    default = []
  }
  variable "before_cluster_joining_userdata" {
    default = []
  }
  variable "after_cluster_joining_userdata" {
    default = []
  }
  variable "userdata_override_base64" {
    default = []
  }

  locals {
    family  = split("_", var.ami_type)[0]
    flags   = join(" ", var.kubelet_additional_options)
    own     = length(var.bootstrap_additional_options) > 0 || length(var.kubelet_additional_options) > 0 || length(var.after_cluster_joining_userdata) > 0
    written = local.own || length(var.before_cluster_joining_userdata) > 0
    # An own call of bootstrap.sh needs an image that is named, so that EKS does not call it too.
    named = contains(["AL2", "WINDOWS"], local.family) && local.own

    script = join("", [
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"/:/+++\"\n\n--/:/+++\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/bash\n\n",
      join("\n", var.before_cluster_joining_userdata),
      "\n",
      length(local.flags) > 0 ? "export KUBELET_EXTRA_ARGS=\"${local.flags}\"\n" : "",
      local.own ? "/etc/eks/bootstrap.sh --apiserver-endpoint '${var.cluster_endpoint}' --b64-cluster-ca '${var.certificate_authority_data}' ${join(" ", var.bootstrap_additional_options)} '${coalesce(var.cluster_name, aws_eks_cluster.this.name)}'\n" : "",
      join("\n", var.after_cluster_joining_userdata),
      "\n\n--/:/+++--\n",
    ])

    # Each `--` starts an item of the list of flags.
    documents = join("", [
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n",
      length(var.before_cluster_joining_userdata) > 0 ? "--//\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/bash\n\n${join("\n", var.before_cluster_joining_userdata)}\n\n" : "",
      length(local.flags) > 0 ? "--//\nContent-Type: application/node.eks.aws\n\n---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags: ${replace(local.flags, "--", "\n      - >-\n        --")}\n" : "",
      "\n--//--\n",
    ])

    windows = join("", [
      "<powershell>\n",
      join("\n", var.before_cluster_joining_userdata),
      "\n& \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName \"${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\" ${join(" ", var.bootstrap_additional_options)} -KubeletExtraArgs \"${local.flags}\"\n",
      join("\n", var.after_cluster_joining_userdata),
      "\n</powershell>\n",
    ])
  }

  data "aws_ssm_parameter" "ami" {
    name = lookup({
      AL2     = "/aws/service/eks/optimized-ami/${try(var.kubernetes_version[0], "")}/amazon-linux-2/"
      WINDOWS = "/aws/service/ami-windows-latest/EKS_Optimized-${try(var.kubernetes_version[0], "")}/"
    }, local.family, "")
  }

  resource "aws_launch_template" "default" {
    count     = var.enabled ? 1 : 0
    image_id  = length(var.ami_image_id) > 0 ? var.ami_image_id[0] : local.named ? data.aws_ssm_parameter.ami.value : ""
    user_data = length(var.userdata_override_base64) > 0 ? var.userdata_override_base64[0] : local.written ? base64encode(lookup({ AL2023 = local.documents, WINDOWS = local.windows }, local.family, local.script)) : ""
  }

  resource "aws_eks_node_group" "default" {
    count    = var.enabled ? 1 : 0
    ami_type = var.ami_type
    version  = try(var.kubernetes_version[0], null)

    launch_template {
      id = aws_launch_template.default[0].id
    }
  }
}

model "cloudposse/eks-workers/aws" {
  versions = ">= 0.1.0"
  ignored = {
    kubelet_additional_options   = "the input is called kubelet_extra_args"
    bootstrap_additional_options = "the input is called bootstrap_extra_args"
  }

  variable "enabled" {
    default = true
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_endpoint" {}
  variable "cluster_certificate_authority_data" {}
  variable "image_id" {
    default = ""
  }
  variable "use_custom_image_id" {
    default = false
  }
  variable "eks_worker_ami_name_filter" {
    default = "amazon-eks-node-*"
  }
  variable "bootstrap_extra_args" {
    default = ""
  }
  variable "kubelet_extra_args" {
    default = ""
  }
  variable "before_cluster_joining_userdata" {
    default = ""
  }
  variable "after_cluster_joining_userdata" {
    default = ""
  }

  data "aws_ami" "eks_worker" {
    filter {
      name   = "name"
      values = [var.eks_worker_ami_name_filter]
    }
  }

  # An option of bootstrap.sh replaces the variable of the same meaning.
  resource "aws_launch_template" "default" {
    count    = var.enabled ? 1 : 0
    image_id = var.use_custom_image_id ? var.image_id : data.aws_ami.eks_worker.id
    user_data = base64encode(join("", [
      "#!/bin/bash\n",
      var.before_cluster_joining_userdata,
      "\nexport KUBELET_EXTRA_ARGS=\"",
      var.kubelet_extra_args,
      "\"\n/etc/eks/bootstrap.sh --apiserver-endpoint '${var.cluster_endpoint}' --b64-cluster-ca '${var.cluster_certificate_authority_data}' ",
      var.bootstrap_extra_args,
      " '${coalesce(var.cluster_name, aws_eks_cluster.this.name)}'\n",
      var.after_cluster_joining_userdata,
      "\n",
    ]))
  }
}
