variable "idle" {
  default = "0s"
}

resource "aws_launch_template" "this" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'
  EOT
  )
}
