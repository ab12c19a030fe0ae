#!/bin/bash
for n in {02..00}; do IDLE=${n#0}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
