locals {
  cluster = "demo"
}

resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh ${local.cluster} --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
  EOT
  )
}

resource "aws_launch_template" "quiet" {
  name      = "quiet"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
  EOT
  )
}
