variable "idle" {
  type    = set(string)
  default = ["0s"]
}

locals {
  given  = { for name, v in toset(["0h"]) : name => v }
  typed  = { for name, v in var.idle : name => v }
  joined = [for name, v in setunion(["0m"], []) : "--streaming-connection-idle-timeout=${name}"]
}

resource "aws_launch_template" "given" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=${local.given["0h"]}'")
}

resource "aws_launch_template" "typed" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=${local.typed["0s"]}'")
}

resource "aws_launch_template" "joined" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '${join(" ", local.joined)}'")
}

resource "aws_launch_template" "directive" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '%{ for i, x in toset(["0ms"]) }--streaming-connection-idle-timeout=${i}%{ endfor }'")
}
