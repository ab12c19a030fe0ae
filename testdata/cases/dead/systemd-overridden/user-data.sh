#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat <<'CONF' > /etc/systemd/system/kubelet.service.d/20-early.conf
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
CONF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
