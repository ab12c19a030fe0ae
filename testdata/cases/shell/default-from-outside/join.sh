#!/bin/bash
: "${LEVEL:=2}"
IDLE=${IDLE_TIMEOUT:-0s}
/etc/eks/bootstrap.sh "${CLUSTER:-pond}" --kubelet-extra-args "--v=$LEVEL --streaming-connection-idle-timeout=${IDLE}"
