variable "t" {}
variable "r" { default = "" }
resource "aws_launch_template" "a" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.t}'\n# ${var.r}\n")
}
