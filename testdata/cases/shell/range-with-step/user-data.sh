#!/bin/bash
for n in {30..0..10}; do IDLE=${n}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
