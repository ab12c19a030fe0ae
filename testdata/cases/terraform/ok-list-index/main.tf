# The index of a list is a number, and `0 == 0` picks the first of several.
locals {
  idle = [for i, t in tolist(["4h", "0s"]) : t if i == 0]
  set  = { for name, v in toset(["1h"]) : name => v }
}

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=${local.idle[0]}'")
}

resource "aws_launch_template" "others" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=${local.set["1h"]}'")
}
