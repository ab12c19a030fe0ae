data "cloudinit_config" "node" {
  gzip          = false
  base64_encode = true

  part {
    content_type = "text/cloud-config"
    content      = <<-EOT
      #cloud-config
      runcmd:
        - /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    EOT
  }

  part {
    content_type = "text/cloud-config"
    content      = <<-EOT
      #cloud-config
      merge_how: dict(recurse_array)+list(replace)+str()
      runcmd:
        - /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
    EOT
  }
}

resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = data.cloudinit_config.node.rendered
}
