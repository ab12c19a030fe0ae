locals {
  before = <<EOT
EOT
  idle   = "0s"
  after  = <<EOT
echo ready
EOT
}

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n${local.before}/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=${local.idle}\n${local.after}")
}
