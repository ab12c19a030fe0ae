#!/bin/bash
shopt -s lastpipe
set -m
IDLE=4h
printf 'idle 0s\n' | while read -r k v; do IDLE=$v; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
