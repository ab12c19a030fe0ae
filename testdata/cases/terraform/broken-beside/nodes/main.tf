variable "idle" {}

resource "aws_instance" "node" {
  user_data = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=${var.idle}"
}
}
