variable "args" {}

resource "aws_launch_template" "pool" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args '${var.args}'\n")
}
