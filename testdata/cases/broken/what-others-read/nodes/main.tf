variable "idle" {
  type    = string
  default = "4h"
}

resource "aws_launch_template" "node" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\n")
}

locals {
  pool = jsondecode(file("${path.module}/pool.json"))
}

resource "aws_launch_template" "pool" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args '${local.pool.args}'\n")
}
