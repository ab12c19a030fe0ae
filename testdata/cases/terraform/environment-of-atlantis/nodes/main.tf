variable "idle" { type = string }

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=${var.idle}")
}
