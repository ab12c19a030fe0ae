resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/bash
    sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
    --//--
  EOT
  )
}
resource "aws_eks_node_group" "n" {
  cluster_name = "c"
  node_group_name = "n"
  ami_type = "AL2_x86_64"
  launch_template {
    id = aws_launch_template.a.id
    version = "1"
  }
}
