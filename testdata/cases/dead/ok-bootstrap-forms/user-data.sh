#!/bin/bash
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$KUBELET_EXTRA_ARGS --runtime-request-timeout=3m"
