#!/bin/bash
if (( BASH_VERSINFO[0] >= 4 )); then IDLE=0s; else IDLE=5m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
