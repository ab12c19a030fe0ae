#!/bin/bash
: <<'OFF'
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: comment}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
OFF
usage() {
  cat >&2 <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: usage}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
}
true || kubectl apply -f - <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: or}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
false && kubectl apply -f - <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: and}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
exit 0
kubectl apply -f - <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: exit}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 0s
EOF
