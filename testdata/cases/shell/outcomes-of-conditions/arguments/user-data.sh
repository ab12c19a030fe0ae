#!/bin/bash
V="$(curl -s http://config/v)"
same() {
  local v="$1"
  [ "$v" = "$2" ]
}
same "$V" b && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
same "$V" a && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
systemctl restart kubelet
