#!/bin/bash
kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
sed -i 's/"$/ --streaming-connection-idle-timeout=0"/' /var/lib/kubelet/kubeadm-flags.env
sed -i '$a KUBELET_EXTRA_ARGS=--runtime-request-timeout=0' /etc/default/kubelet
systemctl restart kubelet
