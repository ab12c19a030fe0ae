#!/bin/bash
doc='apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: echo}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h'
echo "$doc" | kops replace -f -
printf '%s\n' 'apiVersion: kops.k8s.io/v1alpha2' 'kind: InstanceGroup' 'metadata: {name: printf}' \
  'spec:' '  kubelet:' '    streamingConnectionIdleTimeout: 4h' | kops replace -f -
kops replace -f - <<< 'apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: string}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h'
doc2=$(cat <<EOF
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: cat}
spec:
  kubelet:
    streamingConnectionIdleTimeout: 4h
EOF
)
echo "$doc2" | kops create -f -
kops replace -f <(sed 's/@IDLE@/4h/' process.yaml)
perl -pi -e 's/2h/4h/' perl.yaml
kops replace -f perl.yaml
cat sed.yaml | sed 's/1h/4h/' | kops replace -f -
