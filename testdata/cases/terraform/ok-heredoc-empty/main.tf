# The zero is text of the second heredoc, which nothing uses.
locals {
  before = <<-EOT
  EOT
  idle   = "1h"
  after  = <<-EOT
    idle = "0s"
  EOT
}

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n${local.before}/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=${local.idle}")
}
