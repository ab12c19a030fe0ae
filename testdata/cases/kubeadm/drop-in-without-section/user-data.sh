#!/bin/bash
cat > /etc/systemd/system/kubelet.service.d/20-args.conf <<'X'
[Servce]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
X
kubeadm join --config /etc/kubeadm.yaml
