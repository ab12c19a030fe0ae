#!/bin/bash
IDLE=30m
coproc SRC { IDLE=0s; echo done; cat; }
read -r X <&"${SRC[0]}"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
