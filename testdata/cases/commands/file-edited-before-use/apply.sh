#!/bin/bash
cat > ig.yaml <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: sed}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h
EOF
sed -i 's/Timeout: 4h/Timeout: 0s/' ig.yaml
kubectl apply -f ig.yaml
tee up.yaml <<EOF
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: a, region: b}
nodeGroups:
- name: yq
EOF
yq -i '.nodeGroups[0].kubeletExtraConfig.streamingConnectionIdleTimeout = "0s"' up.yaml
eksctl create cluster -f up.yaml
cat > dev.yaml <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: dev}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h
EOF
if [ "$1" = dev ]; then
  sed -i 's/4h/0s/' dev.yaml
fi
kubectl apply -f dev.yaml
