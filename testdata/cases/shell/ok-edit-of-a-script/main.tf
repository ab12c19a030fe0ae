variable "idle" {
  type = string
}

# What perl makes of the script is unknown, and the script starts a kubelet.
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /opt/boot.sh <<'EOS'
    k0s install worker --token-file /t --kubelet-extra-args="--streaming-connection-idle-timeout=@IDLE@"
    k0s start
    EOS
    perl -pi -e 's/\@IDLE\@/${var.idle}/g' /opt/boot.sh
    bash /opt/boot.sh
  EOT
  )
}

resource "aws_launch_template" "others" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /opt/boot.sh <<'EOS'
    k0s install worker --token-file /t --kubelet-extra-args="--streaming-connection-idle-timeout=$1"
    k0s start
    EOS
    echo "${var.idle}" | xargs bash /opt/boot.sh
  EOT
  )
}
