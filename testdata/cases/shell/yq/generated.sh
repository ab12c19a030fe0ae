#!/bin/bash
mkdir -p /var/lib/kubelet
yq e -n '
  .apiVersion = "kubelet.config.k8s.io/v1beta1" |
  .kind = "KubeletConfiguration" |
  .streamingConnectionIdleTimeout = "0s"
' > /var/lib/kubelet/config.yaml
systemctl restart kubelet
