#!/bin/bash
V=$(curl -s http://h/a)
if [ "$V" = yes ]; then A=--streaming-connection-idle-timeout=0; fi
V=$(curl -s http://h/b)
if [ "$V" = yes ]; then A=--streaming-connection-idle-timeout=4h; fi
/etc/eks/bootstrap.sh c --kubelet-extra-args "$A"
