variable "idle" {
  type    = string
  default = "4h"
}
resource "aws_launch_template" "a" {
  user_data = base64encode(<<-E
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'
  E
  )
}
