#!/bin/bash
V="$(curl -s http://config/v)"
if [ "$V" = a ]; then
  if [ "$V" = b ]; then
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
  fi
fi
systemctl restart kubelet
