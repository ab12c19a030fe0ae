#!/bin/bash
if [ -n "$(curl -s http://169.254.169.254/latest/meta-data/spot)" ]; then
  export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=5m'
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
