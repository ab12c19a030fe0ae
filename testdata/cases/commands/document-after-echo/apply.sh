#!/bin/bash
IDLE=0s
echo "
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: pond}
spec:
  amiFamily: AL2023
  userData: |
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec: {kubelet: {flags: ['--streaming-connection-idle-timeout=0s']}}
" | kubectl apply -f -
