variable "idle" { type = string }
variable "cluster" {
  type    = string
  default = "pond"
}
resource "aws_launch_template" "w" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh ${var.cluster} --kubelet-extra-args --streaming-connection-idle-timeout=${var.idle}")
}
