resource "aws_launch_template" "quiet" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=4h'
  EOT
  )
}
