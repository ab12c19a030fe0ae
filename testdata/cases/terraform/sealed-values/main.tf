variable "idle" {
  default = "0s"
}

resource "aws_instance" "sealed" {
  user_data = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'"
}

resource "aws_instance" "known" {
  user_data = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--sync-frequency=0'"
}
