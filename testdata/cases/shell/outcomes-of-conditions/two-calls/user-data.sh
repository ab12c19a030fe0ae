#!/bin/bash
V="$(curl -s http://config/v)"
get() { V="$(curl -s "http://config/$1")"; }
get a
if [ "$V" = yes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
fi
get b
if [ "$V" = yes ]; then
  echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
fi
systemctl restart kubelet
