#!/bin/bash
V="$(curl -s http://config/v)"
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
if [ "$V" = a ] || [ "$V" = b ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
fi
systemctl restart kubelet
