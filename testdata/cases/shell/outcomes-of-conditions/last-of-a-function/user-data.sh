#!/bin/bash
V="$(curl -s http://config/v)"
wanted() {
  case "$V" in a) true ;; *) false ;; esac
}
wanted && echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
systemctl restart kubelet
