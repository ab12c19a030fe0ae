variable "unit" {
  default = "s"
}

locals {
  idle  = 0
  flags = ["--v=2", format("--streaming-connection-idle-timeout=%d%s", local.idle, var.unit)]
}

resource "aws_launch_configuration" "old" {
  image_id      = "ami-1"
  instance_type = "m5.large"
  user_data     = "#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '${join(" ", local.flags)}'\n"
}
