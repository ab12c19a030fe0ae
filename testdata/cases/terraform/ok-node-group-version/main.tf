# On Amazon Linux 2023, nothing reads the file of Amazon Linux 2.
resource "aws_eks_cluster" "lab" {
  name    = "lab"
  version = "1.33"
}

resource "aws_eks_node_group" "json" {
  cluster_name = aws_eks_cluster.lab.name

  launch_template {
    id      = aws_launch_template.json.id
    version = "1"
  }
}

resource "aws_launch_template" "json" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/bash
    echo "export KUBELET_EXTRA_ARGS=--max-pods=20" > /etc/profile.d/lab.sh
    --//--
  EOT
  )
}
