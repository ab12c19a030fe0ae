variable "name" {
  type = string
}

resource "aws_launch_template" "pool" {
  name      = var.name
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=4h'\n")
}
