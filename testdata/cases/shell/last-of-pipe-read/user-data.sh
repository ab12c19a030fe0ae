#!/bin/bash
shopt -s lastpipe
echo 0s | read -r IDLE
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
