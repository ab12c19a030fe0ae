data "cloudinit_config" "one" {
  dynamic "part" {
    for_each = local.scripts
    content {
      content_type = "text/x-shellscript"
      content      = part.value
    }
  }
}

data "cloudinit_config" "two" {
  part {
    content_type = "text/x-shellscript"
    content      = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'"
  }
}
