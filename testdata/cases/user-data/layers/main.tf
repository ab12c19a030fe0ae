resource "aws_launch_template" "workers" {
  name     = "workers"
  image_id = "ami-0123456789abcdef0"

  user_data = base64gzip(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="=="

    --==
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: demo
    --==
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/bash
    C=/etc/kubernetes/kubelet/config.json
    cat > /tmp/filter <<'EOF'
    .streamingConnectionIdleTimeout = "0s"
    EOF
    jq -f /tmp/filter $C > /tmp/c && mv /tmp/c $C
    echo "$(cat /etc/eks/kubelet/environment) --streaming-connection-idle-timeout=0" > /etc/eks/kubelet/environment
    --==--
  EOT
  )
}

resource "aws_autoscaling_group" "workers" {
  min_size = 1
  max_size = 2
  launch_template {
    id      = aws_launch_template.workers.id
    version = "$Latest"
  }
}
