resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="B"

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
resource "aws_eks_node_group" "n" {
  cluster_name = "c"
  node_group_name = "n"
  ami_type = "AL2023_x86_64_STANDARD"
  launch_template {
    id = aws_launch_template.a.id
    version = "1"
  }
}
