#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat <<'EOF' > /etc/systemd/system/kubelet.service.d/20-early.conf
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
