#!/bin/bash
FLAGS='--streaming-connection-idle-timeout=5m'
export KUBELET_EXTRA_ARGS="$FLAGS"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$FLAGS"
