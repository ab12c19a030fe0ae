variable "idle" {
  type    = string
  default = "4h"
}

resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=${var.idle}"
  EOT
  )
}
