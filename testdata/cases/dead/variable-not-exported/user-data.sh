#!/bin/bash
KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo
