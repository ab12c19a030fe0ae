#!/bin/bash
/etc/eks/bootstrap.sh demo
F=/etc/kubernetes/kubelet/kubelet-config.json
echo "$(jq '.streamingConnectionIdleTimeout="5m"' $F)" > $F
reboot
