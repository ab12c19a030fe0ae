#!/bin/bash
IDLE=0s
readonly IDLE
set_idle() { IDLE=30m; exit 1; }
set_idle
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
