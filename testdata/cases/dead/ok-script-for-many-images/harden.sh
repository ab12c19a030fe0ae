#!/bin/bash
# Whatever the image is, one of these is read.
for f in /etc/sysconfig/kubelet /etc/default/kubelet; do
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=5m' > "$f"
done
F=/etc/kubernetes/kubelet/kubelet-config.json
echo "$(jq '.streamingConnectionIdleTimeout="5m"' $F)" > $F
systemctl restart kubelet
