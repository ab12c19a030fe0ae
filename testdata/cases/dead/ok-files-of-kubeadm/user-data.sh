#!/bin/bash
echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=5m" > /etc/default/kubelet
cat <<'CONF' > /tmp/kubeadm.yaml
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
runtimeRequestTimeout: 3m
CONF
kubeadm join --config /tmp/kubeadm.yaml
