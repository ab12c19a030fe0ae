variable "idle" {
  type = string
}

resource "aws_launch_template" "node" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'\n")
}
