#!/bin/bash
mkdir -p /etc/sysconfig
echo 'KUBELET_ARGS="--streaming-connection-idle-timeout=30m"' > /etc/sysconfig/kubelet
cat > /etc/systemd/system/kubelet.service <<'X'
[Service]
EnvironmentFile=/etc/sysconfig/kubelet
ExecStart=/usr/bin/kubelet $KUBELET_ARGS
X
systemctl enable --now kubelet
