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
[ "$PROD" = yes ] && sed -i 's/Timeout: 0s/Timeout: 4h/' nodes.yaml
eksctl create nodegroup -f nodes.yaml
