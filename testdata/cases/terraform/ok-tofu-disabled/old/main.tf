resource "aws_launch_template" "w" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=0")
}
