#!/bin/bash
cat > /root/kubeadm.yaml <<'YAML'
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 1h
YAML
mkdir -p /root/patches
echo '[{"op": "replace", "path": "/streamingConnectionIdleTimeout", "value": "0s"}]' > /root/patches/kubeletconfiguration+json.json
echo '{"syncFrequency": null}' > /root/patches/kubeletconfiguration1+merge.json
kubeadm init --config /root/kubeadm.yaml --patches /root/patches
