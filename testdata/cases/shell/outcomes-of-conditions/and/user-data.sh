#!/bin/bash
V="$(curl -s http://config/v)"
W="$(curl -s http://config/w)"
if [ "$V" = a ] && [ "$W" = b ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
fi
systemctl restart kubelet
