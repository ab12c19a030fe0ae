resource "aws_launch_configuration" "workers" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m5.large"
  user_data     = <<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args "--streaming-connection-idle-timeout 0"
  EOT
}
