#!/bin/bash
echo "IDLE=0s" | tee -a /etc/environment
source /etc/environment
/etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
