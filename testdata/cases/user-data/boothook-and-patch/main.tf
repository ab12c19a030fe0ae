locals {
  patch = jsonencode([{
    op    = "add"
    path  = "/runcmd/-"
    value = "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'"
  }])
}

data "cloudinit_config" "node" {
  part {
    content_type = "text/cloud-boothook"
    content      = "#!/bin/sh\necho nothing > /run/hook\n"
  }

  part {
    content_type = "text/cloud-config"
    content      = "#cloud-config\nruncmd:\n  - echo hello\n"
  }

  part {
    content_type = "text/cloud-config-jsonp"
    content      = "#cloud-config-jsonp\n${local.patch}\n"
  }
}

resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = data.cloudinit_config.node.rendered
}
