resource "aws_launch_template" "nodes" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/bash
    export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=5m
    perl -i -pe 's/exit 0/exit 0 # $ENV{KUBELET_EXTRA_ARGS}/' /etc/eks/bootstrap.sh
    --//--
  EOT
  )
}

resource "aws_eks_node_group" "nodes" {
  cluster_name    = "demo"
  node_group_name = "nodes"
  node_role_arn   = "arn:aws:iam::111122223333:role/nodes"
  subnet_ids      = ["subnet-1"]
  ami_type        = "AL2_x86_64"

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    desired_size = 1
    max_size     = 1
    min_size     = 1
  }
}
