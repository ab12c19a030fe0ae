variable "env" { type = string }

locals {
  settings = yamldecode(file("${path.module}/config/${var.env}.yaml"))
}

resource "aws_launch_template" "w" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args --streaming-connection-idle-timeout=${local.settings.idle}")
}
