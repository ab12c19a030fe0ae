resource "aws_vpc" "broken" {
  cidr_block = "10.0.0.0/16
}

resource "aws_launch_template" "a" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--runtime-request-timeout=0'\n")
}
