resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'
  EOT
  )
}
