variable "idle" {
  type = string
}

# `idle=…` matches `idle=*` whatever the variable is, and never `cpu=*`.
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    for pair in cpu=0 idle=${var.idle}; do
      case "$pair" in
        idle=*) IDLE="$${pair#*=}" ;;
        [a-h]*) CPU="$${pair#*=}" ;;
      esac
    done
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
  EOT
  )
}
