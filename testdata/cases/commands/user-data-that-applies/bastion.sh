#!/bin/bash
cat <<EOF | kubectl apply -f -
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata:
  name: workers
spec:
  kubeletConfig:
    streamingConnectionIdleTimeout: 0s
EOF
if [ -n "$KOPS" ]; then
  kops edit cluster pond --set spec.kubelet.streamingConnectionIdleTimeout=0s
fi
