#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<EOF
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "streamingConnectionIdleTimeout": "0s"
}
EOF
/etc/eks/bootstrap.sh demo
