variable "parts" {
  type = list(string)
}

data "cloudinit_config" "node" {
  gzip = false

  dynamic "part" {
    for_each = var.parts
    content {
      content_type = "text/x-shellscript"
      content      = part.value
    }
  }

  part {
    content_type = "text/x-shellscript"
    content      = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=0"
  }
}

resource "aws_launch_template" "node" {
  user_data = data.cloudinit_config.node.rendered
}
