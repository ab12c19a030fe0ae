# terraform-aws-modules/autoscaling: user data is passed on as it is given. Modelled after `main.tf` of 9.0.1 (`user_data` is
# base64 for the launch template) and of 4.x (launch configurations take `user_data`, templates `user_data_base64`).

model "terraform-aws-modules/autoscaling/aws" {
  versions = ">= 5.0.0"

  variable "create_launch_template" {
    default = true
  }
  variable "image_id" {
    default = ""
  }
  variable "user_data" {
    default = null
  }

  resource "aws_launch_template" "this" {
    count     = var.create_launch_template ? 1 : 0
    image_id  = var.image_id
    user_data = var.user_data
  }
}

model "terraform-aws-modules/autoscaling/aws" {
  versions = ">= 4.0.0, < 5.0.0"

  variable "image_id" {
    default = ""
  }
  variable "create_lc" {
    default = false
  }
  variable "create_lt" {
    default = false
  }
  variable "user_data" {
    default = null
  }
  variable "user_data_base64" {
    default = null
  }

  resource "aws_launch_configuration" "this" {
    count            = var.create_lc ? 1 : 0
    image_id         = var.image_id
    user_data        = var.user_data
    user_data_base64 = var.user_data_base64
  }

  resource "aws_launch_template" "this" {
    count     = var.create_lt ? 1 : 0
    image_id  = var.image_id
    user_data = var.user_data_base64
  }
}

model "terraform-aws-modules/autoscaling/aws" {
  versions = "< 4.0.0"

  variable "image_id" {
    default = ""
  }
  variable "create_lc" {
    default = true
  }
  variable "user_data" {
    default = null
  }
  variable "user_data_base64" {
    default = null
  }

  resource "aws_launch_configuration" "this" {
    count            = var.create_lc ? 1 : 0
    image_id         = var.image_id
    user_data        = var.user_data
    user_data_base64 = var.user_data_base64
  }
}
