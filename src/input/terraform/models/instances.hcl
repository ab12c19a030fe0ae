# Modules that start machines and pass user data on as it is given: cloudposse/ec2-autoscale-group (`main.tf` of 0.40.0) and
# terraform-aws-modules/ec2-instance (`main.tf` of 5.x).

model "cloudposse/ec2-autoscale-group/aws" {
  versions = ">= 0.1.0"

  variable "enabled" {
    default = true
  }
  variable "image_id" {
    default = ""
  }
  variable "user_data_base64" {
    default = ""
  }

  resource "aws_launch_template" "default" {
    count     = var.enabled ? 1 : 0
    image_id  = var.image_id
    user_data = var.user_data_base64
  }
}

model "terraform-aws-modules/ec2-instance/aws" {
  versions = ">= 1.0.0"

  variable "create" {
    default = true
  }
  variable "ami" {
    default = null
  }
  variable "user_data" {
    default = null
  }
  variable "user_data_base64" {
    default = null
  }

  resource "aws_instance" "this" {
    count            = var.create ? 1 : 0
    ami              = var.ami
    user_data        = var.user_data
    user_data_base64 = var.user_data_base64
  }
}
