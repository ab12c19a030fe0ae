#!/bin/bash
/etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=${IDLE_TIMEOUT:-4h} --node-labels=${LABELS:-a=0s}"
