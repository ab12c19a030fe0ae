#!/bin/bash
for n in {0..30}; do IDLE=${n}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
