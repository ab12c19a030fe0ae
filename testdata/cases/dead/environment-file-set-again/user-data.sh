#!/bin/bash
echo 'KUBELET_ARGS=--streaming-connection-idle-timeout=0s' > /etc/sysconfig/kubelet
echo 'KUBELET_ARGS=--streaming-connection-idle-timeout=4h' > /etc/sysconfig/kubelet-local
cat > /etc/systemd/system/kubelet.service <<'X'
[Service]
EnvironmentFile=/etc/sysconfig/kubelet
EnvironmentFile=-/etc/sysconfig/kubelet-local
ExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml $KUBELET_ARGS
X
systemctl daemon-reload && systemctl restart kubelet
