resource "aws_eks_node_group" "edit" {
  cluster_name = "lab"
  version      = "1.33"
  launch_template {
    id      = aws_launch_template.edit.id
    version = "1"
  }
}
resource "aws_launch_template" "edit" {
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
resource "aws_eks_node_group" "conf" {
  cluster_name = "lab"
  version      = "1.33"
  launch_template {
    id      = aws_launch_template.conf.id
    version = "1"
  }
}
resource "aws_launch_template" "conf" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/bash
    cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<EOF
    [Service]
    Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
    EOF
    --//--
  EOT
  )
}
resource "aws_eks_node_group" "json" {
  cluster_name = "lab"
  version      = "1.33"
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
    echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
    --//--
  EOT
  )
}
