resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo
    F=/etc/kubernetes/kubelet/kubelet-config.json
    echo "$(jq '.streamingConnectionIdleTimeout="0s"' $F)" > $F

  EOT
  )
}
