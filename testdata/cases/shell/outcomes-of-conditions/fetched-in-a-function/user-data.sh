#!/bin/bash
wants() {
  local answer
  answer="$(curl -s "http://config/$1")"
  [ "$answer" = yes ]
}
wants zero && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
wants hours && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
systemctl restart kubelet
