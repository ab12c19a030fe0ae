# terraform-aws-modules/eks from 20.9 up to 20.x: the type of the image decides the kind of user data, and the platform where no
# type is written. Modelled after `modules/_user_data/main.tf` and `modules/self-managed-node-group/main.tf` of 20.37.2.

model "terraform-aws-modules/eks/aws" {
  versions = ">= 20.9.0, < 21.0.0"
  like     = "20.5.0"

  module "self_managed_node_group" {
    ami_type = try(each.value.ami_type, var.self_managed_node_group_defaults.ami_type, "AL2_x86_64")
  }
}

model "terraform-aws-modules/eks/aws//modules/eks-managed-node-group" {
  versions = ">= 20.9.0, < 21.0.0"
  like     = "20.5.0"
}

model "terraform-aws-modules/eks/aws//modules/self-managed-node-group" {
  versions = ">= 20.9.0, < 21.0.0"
  like     = "20.5.0"

  variable "ami_type" {
    default = "AL2_x86_64"
  }

  # The image is looked up by its type; only the family shows in the name.
  data "aws_ssm_parameter" "ami" {
    name = lookup({
      AL2          = "/aws/service/eks/optimized-ami/${var.cluster_version == null ? "" : var.cluster_version}/amazon-linux-2/"
      AL2023       = "/aws/service/eks/optimized-ami/${var.cluster_version == null ? "" : var.cluster_version}/amazon-linux-2023/"
      BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-${var.cluster_version == null ? "" : var.cluster_version}/"
      WINDOWS      = "/aws/service/ami-windows-latest/EKS_Optimized-${var.cluster_version == null ? "" : var.cluster_version}/"
    }, var.ami_type != null ? split("_", var.ami_type)[0] : lookup({ al2023 = "AL2023", bottlerocket = "BOTTLEROCKET", windows = "WINDOWS" }, var.platform, "AL2"), "")
  }

  resource "aws_launch_template" "this" {
    image_id = var.ami_id != "" ? var.ami_id : data.aws_ssm_parameter.ami.value
  }
}

model "terraform-aws-modules/eks/aws//modules/_user_data" {
  versions = ">= 20.9.0, < 21.0.0"
  like     = "20.5.0"

  locals {
    by_platform = lookup(local.platforms, var.platform == null ? "linux" : var.platform, "AL2")
    by_type     = var.ami_type == null ? "" : split("_", var.ami_type)[0]
    kind        = contains(values(local.platforms), local.by_type) ? local.by_type : local.by_platform
  }
}
