#!/bin/bash
cat > ig.yaml <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: sed}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
sed -i 's/Timeout: 0s/Timeout: 4h/' ig.yaml
kubectl apply -f ig.yaml
sudo tee /tmp/ig.yaml <<EOF > /dev/null
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: again}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
cat > /tmp/ig.yaml <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: again}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h
EOF
kubectl apply -f /tmp/ig.yaml
