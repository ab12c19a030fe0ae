variable "debug" {
  type = bool
}

resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '${var.debug ? "--streaming-connection-idle-timeout=0" : "--v=2"}'
  EOT
  )
}
