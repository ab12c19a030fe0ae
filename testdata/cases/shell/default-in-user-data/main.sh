#!/bin/bash
IDLE=${1:-0}
cat > /etc/eks/nodeadm.d/node.yaml <<NC
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --streaming-connection-idle-timeout=$IDLE
NC
nodeadm init --config-source file:///etc/eks/nodeadm.d/node.yaml
