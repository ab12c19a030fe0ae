#!/bin/bash
KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=5m"
export KUBELET_EXTRA_ARGS
/etc/eks/bootstrap.sh demo
