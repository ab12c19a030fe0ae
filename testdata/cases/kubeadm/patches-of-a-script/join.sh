#!/bin/bash
mkdir -p /etc/kubeadm/patches
cat > /etc/kubeadm/patches/kubeletconfiguration0+strategic.yaml <<'YAML'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 0s
YAML
kubeadm join --config <(cat <<'YAML'
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
patches:
  directory: /etc/kubeadm/patches
YAML
)
