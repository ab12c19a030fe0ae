#!/bin/bash
kubeadm init --config /dev/stdin <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs:
    - name: streaming-connection-idle-timeout
      value: "0"
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
syncFrequency: 0s
YAML
