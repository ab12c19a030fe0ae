variable "idle" {
  type = string
}

# The same name, in two accounts.
resource "aws_ssm_parameter" "idle" {
  name  = "/pond/idle"
  type  = "String"
  value = var.idle
}

resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    IDLE=$(aws ssm get-parameter --name /pond/idle --query Parameter.Value --output text)
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
  EOT
  )
}

data "aws_ssm_parameter" "idle" {
  name = "/pond/idle"
}

resource "aws_launch_template" "others" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=${data.aws_ssm_parameter.idle.value}"
  EOT
  )
}
