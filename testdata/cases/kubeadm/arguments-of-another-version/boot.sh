#!/bin/bash
cat > /etc/kubeadm.yaml <<X
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs:
    streaming-connection-idle-timeout: "0"
X
kubeadm init --config /etc/kubeadm.yaml
