#!/bin/bash
V="$(curl -s http://config/v)"
bash -c '[ "$1" = a ] || exit 1' child "$V" && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
systemctl restart kubelet
