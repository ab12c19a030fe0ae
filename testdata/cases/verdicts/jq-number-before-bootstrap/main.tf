resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    F=/etc/kubernetes/kubelet/kubelet-config.json
    echo "$(jq '.streamingConnectionIdleTimeout=0' $F)" > $F
    /etc/eks/bootstrap.sh demo
  EOT
  )
}
