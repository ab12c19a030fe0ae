#!/bin/bash
join() { /etc/eks/bootstrap.sh demo --kubelet-extra-args "$1"; }
export -f join
timeout 60 bash -c 'join --streaming-connection-idle-timeout=0s'
