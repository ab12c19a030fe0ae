resource "aws_launch_template" "nodes" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript

    #!/bin/bash
    cat <<'CONF' > /etc/systemd/system/kubelet.service.d/30-extra.conf
    [Service]
    Environment='KUBELET_EXTRA_ARGS=--runtime-request-timeout=3m'
    ExecStart=
    ExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS $KUBELET_EXTRA_ARGS
    CONF
    cat <<'CONF' > /etc/kubernetes/kubelet/config.json.d/50-extra.conf
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    volumeStatsAggPeriod: 2m
    CONF
    --//--
  EOT
  )
}

resource "aws_eks_node_group" "nodes" {
  cluster_name    = "demo"
  node_group_name = "nodes"
  node_role_arn   = "arn:aws:iam::111122223333:role/nodes"
  subnet_ids      = ["subnet-1"]
  ami_type        = "AL2023_x86_64_STANDARD"

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
