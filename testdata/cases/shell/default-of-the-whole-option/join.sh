#!/bin/bash
ARGS="${KUBELET_ARGS:---streaming-connection-idle-timeout=0 --v=2}"
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-args.conf <<UNIT
[Service]
Environment="KUBELET_EXTRA_ARGS=$ARGS"
UNIT
/etc/eks/bootstrap.sh pond
