#!/bin/bash
cat > nodes.yaml <<EOF
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: a, region: eu-west-1}
nodeGroups:
- name: one
  kubeletExtraConfig:
    streamingConnectionIdleTimeout: 0s
EOF
eksctl create nodegroup -f nodes.yaml
cat > nodes.yaml <<EOF
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: a, region: eu-west-1}
nodeGroups:
- name: two
  kubeletExtraConfig:
    streamingConnectionIdleTimeout: 4h
EOF
eksctl create nodegroup -f nodes.yaml
