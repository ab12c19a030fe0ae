#!/bin/bash
V="$(curl -s http://config/v)"
W="$V"
if [ "$V" = yes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
fi
if [ "$W" = yes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
fi
systemctl restart kubelet
