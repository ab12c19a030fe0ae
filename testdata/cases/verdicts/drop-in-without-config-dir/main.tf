resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="B"

    --B
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: c

    --B
    Content-Type: text/x-shellscript

    #!/bin/bash
    cat > /etc/kubernetes/kubelet/config.json.d/90-x.conf <<EOF
    {"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"0s"}
    EOF

    --B--
  EOT
  )
}
