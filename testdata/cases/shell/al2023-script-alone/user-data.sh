#!/bin/bash
while [ ! -f /etc/kubernetes/kubelet/config.json ]; do sleep 5; done
jq '.streamingConnectionIdleTimeout = "0"' /etc/kubernetes/kubelet/config.json > /tmp/config.json
mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sed -i 's/^NODEADM_KUBELET_ARGS=.*/& --runtime-request-timeout=0/' /etc/eks/kubelet/environment
systemctl daemon-reload && systemctl restart kubelet
