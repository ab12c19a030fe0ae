variable "size" {
  type = string
}

# With `set -e`, an empty arm must not end the script: the zero holds for every size.
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    set -euo pipefail
    ARGS="--streaming-connection-idle-timeout=0"
    case "${var.size}" in
      "") ARGS="$ARGS --v=2" ;;
      *) ;;
    esac
    /etc/eks/bootstrap.sh pond --kubelet-extra-args "$ARGS"
  EOT
  )
}
