locals {
  scripts = ["#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0s'"]
}

# The parts of the override take the place of these, however they are written.
data "cloudinit_config" "one" {
  gzip = false

  part {
    content_type = "text/x-shellscript"
    content      = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0h'"
  }
}

data "cloudinit_config" "two" {
  gzip = false

  dynamic "part" {
    for_each = ["#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0m'"]
    content {
      content_type = "text/x-shellscript"
      content      = part.value
    }
  }
}

resource "aws_launch_template" "one" {
  user_data = data.cloudinit_config.one.rendered
}

resource "aws_launch_template" "two" {
  user_data = data.cloudinit_config.two.rendered
}
