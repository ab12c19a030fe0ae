resource "aws_launch_template" "nodes" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: text/x-shellscript

    #!/bin/bash
    export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=5m"
    cat <<'CONF' > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
    [Service]
    Environment='KUBELET_EXTRA_ARGS=--runtime-request-timeout=3m'
    CONF
    echo 'KUBELET_EXTRA_ARGS=--sync-frequency=2m' > /etc/sysconfig/kubelet
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--file-check-frequency=0'
    echo "$(jq -n '{kind: "KubeletConfiguration", apiVersion: "kubelet.config.k8s.io/v1beta1", httpCheckFrequency: "30s"}')" > /etc/kubernetes/kubelet/kubelet-config.json
    cat <<'CONF' > /etc/kubernetes/kubelet/config.json.d/50-extra
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
