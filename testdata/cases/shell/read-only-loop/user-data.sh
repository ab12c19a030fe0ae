#!/bin/bash
readonly IDLE=0s
for IDLE in 5m 10m; do :; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
