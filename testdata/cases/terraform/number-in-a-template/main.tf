variable "idle_minutes" {
  type    = number
  default = 0
}

resource "aws_launch_template" "a" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args \"--streaming-connection-idle-timeout=${var.idle_minutes}m\"\n")
}
