generate_hcl "_nodes.tf" {
  content {
    resource "aws_launch_template" "n" {
      image_id = "ami-0123456789abcdef0"
      user_data = base64encode(<<-EOF
        #!/bin/bash
        /etc/eks/bootstrap.sh pond --kubelet-extra-args --streaming-connection-idle-timeout=${global.idle}
      EOF
      )
    }
  }
}
