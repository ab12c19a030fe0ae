#!/bin/bash
IDLE=0
ARGS="--v=2"
ARGS="$ARGS --streaming-connection-idle-timeout=${IDLE}s"
/etc/eks/bootstrap.sh demo \
  --kubelet-extra-args "$ARGS"
