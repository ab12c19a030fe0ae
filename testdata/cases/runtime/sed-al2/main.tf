resource "aws_launch_template" "workers" {
  name = "workers"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    sed -i '/^sandbox_image/a stream_idle_timeout = "0s"' /etc/eks/containerd/containerd-config.toml
    /etc/eks/bootstrap.sh prod
  EOT
  )
}
