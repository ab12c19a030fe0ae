#!/bin/bash
V="$(curl -s http://config/v)"
if [ "$V" = yes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
fi
case $V in y*)
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet ;;
esac
systemctl restart kubelet
