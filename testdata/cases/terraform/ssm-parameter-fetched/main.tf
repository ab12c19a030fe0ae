resource "aws_ssm_parameter" "args" {
  name  = "/lab/kubelet-args"
  type  = "String"
  value = "--streaming-connection-idle-timeout=0"
}

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    ARGS=$(aws ssm get-parameter --name /lab/kubelet-args --query Parameter.Value --output text)
    /etc/eks/bootstrap.sh lab --kubelet-extra-args "$ARGS"
  EOT
  )
}

resource "aws_ssm_parameter" "fine" {
  name  = "/lab/fine"
  type  = "SecureString"
  value = "--streaming-connection-idle-timeout=1h"
}

resource "aws_launch_template" "fine" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    ARGS="$(aws ssm get-parameter --name=${aws_ssm_parameter.fine.name} --with-decryption --region eu-west-3 --query 'Parameter.Value' --output text)"
    /etc/eks/bootstrap.sh lab --kubelet-extra-args "$ARGS"
  EOT
  )
}
