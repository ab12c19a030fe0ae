resource "aws_launch_template" "workers" {
  name_prefix = "workers-"
  user_data   = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  EOT
  )
}
