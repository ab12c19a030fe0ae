#!/bin/bash
V="$(curl -s http://config/v)"
case "$V" in yes)
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet ;;
esac
if [ "x$V" = xyes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
fi
systemctl restart kubelet
