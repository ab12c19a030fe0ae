# aws-ia/eks-blueprints 4.x (5.x is no module): what of its inputs reaches a node, and how. Modelled after
# `modules/aws-eks-managed-node-groups/`, `modules/aws-eks-self-managed-node-groups/` and `modules/launch-templates/` of 4.32.1.

model "aws-ia/eks-blueprints/aws" {
  versions = ">= 4.0.0, < 5.0.0"

  variable "cluster_name" {
    default = ""
  }
  variable "cluster_version" {
    default = ""
  }
  variable "managed_node_groups" {
    default = {}
  }
  variable "self_managed_node_groups" {
    default = {}
  }
  variable "cluster_endpoint" {}
  variable "cluster_ca_base64" {}

  locals {
    defaults = {
      ami_type               = "AL2_x86_64"
      custom_ami_id          = ""
      create_launch_template = false
      launch_template_os     = "amazonlinux2eks"
      pre_userdata           = ""
      post_userdata          = ""
      kubelet_extra_args     = ""
      bootstrap_extra_args   = ""
    }
    managed = { for name, group in var.managed_node_groups : name => merge(local.defaults, group) }
    self    = { for name, group in var.self_managed_node_groups : name => merge(local.defaults, group) }
    images = {
      amazonlinux2eks = "amazon-eks-node-${var.cluster_version}-*"
      bottlerocket    = "bottlerocket-aws-k8s-${var.cluster_version}-x86_64-*"
      windows         = "Windows_Server-2019-English-Core-EKS_Optimized-${var.cluster_version}-*"
    }
    head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n--//\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n#!/bin/bash\nset -ex\n\n"
    toml = "[settings.kubernetes]\napi-server = \"${var.cluster_endpoint}\"\ncluster-certificate = \"${var.cluster_ca_base64}\"\ncluster-name = \"${coalesce(var.cluster_name, aws_eks_cluster.this.name)}\"\n"
  }

  # Without an image of its own only the user's scripts are in it; EKS joins the node.
  resource "aws_launch_template" "managed_node_groups" {
    for_each = { for name, group in local.managed : name => group if group.create_launch_template }
    image_id = each.value.custom_ami_id
    user_data = base64encode(each.value.launch_template_os == "bottlerocket" ? "${each.value.pre_userdata}\n${local.toml}${each.value.post_userdata}" : join("", [
      local.head,
      each.value.pre_userdata,
      length(each.value.custom_ami_id) > 0 ? "\n/etc/eks/bootstrap.sh ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} --kubelet-extra-args \"${each.value.kubelet_extra_args}\" ${each.value.bootstrap_extra_args}\n" : "\n",
      each.value.post_userdata,
      "\n--//--\n",
    ]))
  }

  resource "aws_eks_node_group" "managed_ng" {
    for_each = local.managed
    ami_type = each.value.ami_type
    version  = var.cluster_version

    launch_template {
      id = aws_launch_template.managed_node_groups[each.key].id
    }
  }

  data "aws_ami" "predefined" {
    for_each = local.self
    filter {
      name   = "name"
      values = [lookup(local.images, each.value.launch_template_os, "")]
    }
  }

  resource "aws_launch_template" "self_managed" {
    for_each = local.self
    image_id = each.value.custom_ami_id != "" ? each.value.custom_ami_id : data.aws_ami.predefined[each.key].id
    user_data = base64encode(each.value.launch_template_os == "bottlerocket" ? "${each.value.pre_userdata}\n${local.toml}${each.value.post_userdata}" : each.value.launch_template_os == "windows" ? join("", [
      "<powershell>\n",
      each.value.pre_userdata,
      "\n& \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} -KubeletExtraArgs \"${each.value.kubelet_extra_args}\" ${each.value.bootstrap_extra_args}\n",
      each.value.post_userdata,
      "\n</powershell>\n",
      ]) : join("", [
      local.head,
      each.value.pre_userdata,
      "\n/etc/eks/bootstrap.sh --b64-cluster-ca '${var.cluster_ca_base64}' --apiserver-endpoint '${var.cluster_endpoint}' ${each.value.bootstrap_extra_args} --kubelet-extra-args \"${each.value.kubelet_extra_args}\" '${coalesce(var.cluster_name, aws_eks_cluster.this.name)}'\n",
      each.value.post_userdata,
      "\n--//--\n",
    ]))
  }
}
