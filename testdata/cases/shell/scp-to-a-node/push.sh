#!/bin/bash
cat > /tmp/20-args.conf <<'UNIT'
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s"
UNIT
scp -i key.pem /tmp/20-args.conf "$1":/etc/systemd/system/kubelet.service.d/
ssh -i key.pem "$1" "systemctl daemon-reload && systemctl restart kubelet"
