locals {
  idle = {
    default = "4h"
    prod    = "0s"
  }
}

resource "aws_launch_template" "by_map" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=${local.idle[terraform.workspace]}")
}

resource "aws_launch_template" "by_name" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=${terraform.workspace == "default" ? "1h" : "0h"}")
}

resource "aws_launch_template" "by_count" {
  count     = terraform.workspace == "old" ? 1 : 0
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=0m")
}
