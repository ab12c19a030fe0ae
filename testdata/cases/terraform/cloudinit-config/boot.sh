#!/bin/bash
set -e
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo
