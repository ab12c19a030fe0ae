#!/bin/bash
cat > /etc/systemd/system/join.service <<'X'
[Service]
Type=oneshot
Environment="EXTRA=--streaming-connection-idle-timeout=0s" "CLUSTER=demo"
UnsetEnvironment=EXTRA
ExecStart=/bin/bash -c '/etc/eks/bootstrap.sh $CLUSTER --kubelet-extra-args "--v=2 $EXTRA"'
X
systemctl start join
