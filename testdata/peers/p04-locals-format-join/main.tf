locals {
  idle  = "0s"
  flags = [format("--streaming-connection-idle-timeout=%s", local.idle), "--max-pods=58"]
}

resource "aws_launch_template" "workers" {
  name_prefix = "workers-"
  user_data   = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh prod --kubelet-extra-args '${join(" ", local.flags)}'\n")
}
