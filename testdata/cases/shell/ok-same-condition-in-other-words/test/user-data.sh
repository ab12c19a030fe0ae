#!/bin/bash
V="$(curl -s http://config/v)"
if test "$V" = yes; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
fi
if [ yes = "${V}" ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
fi
systemctl restart kubelet
