stack { name = "x" }
generate_hcl "main.tf" {
  content {
    resource "aws_launch_template" "a" {
      user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${global.t}'")
    }
  }
}
