resource "aws_ssm_parameter" "idle" {
  name  = "/pond/idle"
  type  = "String"
  value = "0s"
}

locals {
  boot = <<-EOT
    #!/bin/bash
    IDLE=$(aws ssm get-parameter --name /pond/idle --with-decryption | jq -r .Parameter.Value)
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
  EOT
}

# The name of the parameter stands only in what is encoded here.
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #cloud-config
    write_files:
      - path: /opt/boot.sh
        encoding: b64
        content: ${base64encode(local.boot)}
    runcmd:
      - bash /opt/boot.sh
  EOT
  )
}
