# terraform-aws-modules/eks from 12.0 up to 17.x: what of its inputs reaches a node, and how. Modelled after `locals.tf`,
# `workers.tf`, `workers_launch_template.tf`, `modules/node_groups/` and the templates of 17.24.0. Managed node groups have
# inputs that reach a node from 15.2 on.

model "terraform-aws-modules/eks/aws" {
  versions = ">= 15.2.0, < 18.0.0"
  ignored = {
    "eks_managed_node_groups"  = "there is no such input before version 18"
    "self_managed_node_groups" = "there is no such input before version 18"
  }

  variable "create_eks" {
    default = true
  }
  variable "cluster_name" {
    default = ""
  }
  variable "cluster_version" {
    default = null
  }
  variable "default_platform" {
    default = "linux"
  }
  variable "worker_groups" {
    default = []
  }
  variable "worker_groups_launch_template" {
    default = []
  }
  variable "workers_group_defaults" {
    default = {}
  }
  variable "node_groups" {
    default = {}
  }
  variable "node_groups_defaults" {
    default = {}
  }
  variable "cluster_endpoint" {}
  variable "cluster_auth_base64" {}

  locals {
    defaults = merge({
      ami_id                       = ""
      platform                     = var.default_platform
      pre_userdata                 = ""
      additional_userdata          = ""
      bootstrap_extra_args         = ""
      kubelet_extra_args           = ""
      userdata_template_file       = ""
      userdata_template_extra_args = {}
    }, var.workers_group_defaults)

    # The second --kubelet-extra-args is the one that counts, even if it is empty.
    rendered = { for kind, groups in { configuration = var.worker_groups, template = var.worker_groups_launch_template } : kind => [
      for group in groups : lookup(group, "userdata_template_file", "") != "" ? templatefile(group.userdata_template_file, merge({
        platform             = lookup(group, "platform", local.defaults.platform)
        cluster_name         = var.cluster_name
        endpoint             = var.cluster_endpoint
        cluster_auth_base64  = var.cluster_auth_base64
        pre_userdata         = lookup(group, "pre_userdata", local.defaults.pre_userdata)
        additional_userdata  = lookup(group, "additional_userdata", local.defaults.additional_userdata)
        bootstrap_extra_args = lookup(group, "bootstrap_extra_args", local.defaults.bootstrap_extra_args)
        kubelet_extra_args   = lookup(group, "kubelet_extra_args", local.defaults.kubelet_extra_args)
        }, lookup(group, "userdata_template_extra_args", local.defaults.userdata_template_extra_args))) : lookup(group, "platform", local.defaults.platform) == "windows" ? join("", [
        "<powershell>\n",
        lookup(group, "pre_userdata", local.defaults.pre_userdata),
        "\n& \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\" -EKSClusterName ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} -KubeletExtraArgs \"",
        lookup(group, "kubelet_extra_args", local.defaults.kubelet_extra_args),
        "\"\n",
        lookup(group, "additional_userdata", local.defaults.additional_userdata),
        "\n</powershell>\n",
        ]) : join("", [
        "#!/bin/bash -e\n",
        lookup(group, "pre_userdata", local.defaults.pre_userdata),
        "\n/etc/eks/bootstrap.sh --b64-cluster-ca '${var.cluster_auth_base64}' --apiserver-endpoint '${var.cluster_endpoint}' ",
        lookup(group, "bootstrap_extra_args", local.defaults.bootstrap_extra_args),
        " --kubelet-extra-args \"",
        lookup(group, "kubelet_extra_args", local.defaults.kubelet_extra_args),
        "\" '${coalesce(var.cluster_name, aws_eks_cluster.this.name)}'\n",
        lookup(group, "additional_userdata", local.defaults.additional_userdata),
        "\n",
      ])
    ] }

    managed = { for name, group in var.node_groups : name => merge({
      create_launch_template = false
      ami_id                 = ""
      ami_is_eks_optimized   = true
      bootstrap_env          = {}
      kubelet_extra_args     = local.defaults.kubelet_extra_args
      pre_userdata           = local.defaults.pre_userdata
    }, var.node_groups_defaults, group) if var.create_eks }
  }

  data "aws_ami" "eks_worker" {
    filter {
      name   = "name"
      values = ["amazon-eks-node-${var.cluster_version == null ? "" : var.cluster_version}-v*"]
    }
  }

  data "aws_ami" "eks_worker_windows" {
    filter {
      name   = "name"
      values = ["Windows_Server-2019-English-Core-EKS_Optimized-${var.cluster_version == null ? "" : var.cluster_version}-*"]
    }
  }

  resource "aws_launch_configuration" "workers" {
    count            = var.create_eks ? length(var.worker_groups) : 0
    image_id         = lookup(var.worker_groups[count.index], "ami_id", local.defaults.ami_id) != "" ? lookup(var.worker_groups[count.index], "ami_id", local.defaults.ami_id) : lookup(var.worker_groups[count.index], "platform", local.defaults.platform) == "windows" ? data.aws_ami.eks_worker_windows.id : data.aws_ami.eks_worker.id
    user_data_base64 = base64encode(local.rendered.configuration[count.index])
  }

  resource "aws_launch_template" "workers_launch_template" {
    count     = var.create_eks ? length(var.worker_groups_launch_template) : 0
    image_id  = lookup(var.worker_groups_launch_template[count.index], "ami_id", local.defaults.ami_id) != "" ? lookup(var.worker_groups_launch_template[count.index], "ami_id", local.defaults.ami_id) : lookup(var.worker_groups_launch_template[count.index], "platform", local.defaults.platform) == "windows" ? data.aws_ami.eks_worker_windows.id : data.aws_ami.eks_worker.id
    user_data = base64encode(local.rendered.template[count.index])
  }

  data "cloudinit_config" "workers_userdata" {
    for_each = { for name, group in local.managed : name => group if group.create_launch_template }
    gzip     = false
    boundary = "//"
    part {
      content_type = "text/x-shellscript"
      content = length(each.value.ami_id) == 0 ? join("", [
        "#!/bin/bash -e\nprintf '#!/bin/bash\n",
        join("", [for k, v in each.value.bootstrap_env : "export ${k}=\"${v}\"\n"]),
        "export ADDITIONAL_KUBELET_EXTRA_ARGS=\"",
        each.value.kubelet_extra_args,
        "\"\n' > /etc/profile.d/eks-bootstrap-env.sh\n",
        "sed -i '/^set -o errexit/a\\\nsource /etc/profile.d/eks-bootstrap-env.sh' /etc/eks/bootstrap.sh\n",
        "sed -i 's/^KUBELET_EXTRA_ARGS=\"$${KUBELET_EXTRA_ARGS:-}/KUBELET_EXTRA_ARGS=\"$${KUBELET_EXTRA_ARGS:-} $${ADDITIONAL_KUBELET_EXTRA_ARGS}/' /etc/eks/bootstrap.sh\n",
        each.value.pre_userdata,
        "\n",
        ]) : join("", [
        "#!/bin/bash -e\nURL=${var.cluster_endpoint}\nCA=${var.cluster_auth_base64}\n",
        join("", [for k, v in each.value.bootstrap_env : "${k}=\"${v}\"\n"]),
        "KUBELET_EXTRA_ARGS='--node-labels=eks.amazonaws.com/nodegroup-image=${each.value.ami_id} ",
        each.value.kubelet_extra_args,
        "'\n",
        each.value.pre_userdata,
        each.value.ami_is_eks_optimized ? "\n/etc/eks/bootstrap.sh ${coalesce(var.cluster_name, aws_eks_cluster.this.name)} --apiserver-endpoint \"$URL\" --b64-cluster-ca \"$CA\" --kubelet-extra-args \"$KUBELET_EXTRA_ARGS\"\n" : "\n",
      ])
    }
  }

  resource "aws_launch_template" "workers" {
    for_each  = { for name, group in local.managed : name => group if group.create_launch_template }
    image_id  = each.value.ami_id
    user_data = data.cloudinit_config.workers_userdata[each.key].rendered
  }

  resource "aws_eks_node_group" "workers" {
    for_each = local.managed
    ami_type = lookup(each.value, "ami_type", null)
    version  = lookup(each.value, "version", var.cluster_version)

    launch_template {
      id = aws_launch_template.workers[each.key].id
    }
  }
}

model "terraform-aws-modules/eks/aws" {
  versions = ">= 12.0.0, < 15.2.0"
  like     = "15.2.0"
  ignored = {
    "node_groups.kubelet_extra_args"          = "managed node groups have no such input before version 15.2"
    "node_groups.pre_userdata"                = "managed node groups have no such input before version 15.2"
    "node_groups_defaults.kubelet_extra_args" = "managed node groups have no such input before version 15.2"
    "node_groups_defaults.pre_userdata"       = "managed node groups have no such input before version 15.2"
  }

  locals {
    managed = {}
  }
}
