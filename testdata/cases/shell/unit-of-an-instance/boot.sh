#!/bin/bash
cat > /etc/systemd/system/boot@.service <<'X'
[Service]
Type=oneshot
ExecStart=/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=%i
X
systemctl start boot@0.service
