#!/bin/bash
f() { if [ "$1" = yes ]; then A=$2; fi; }
f "$(curl -s http://h/a)" --streaming-connection-idle-timeout=0
f "$(curl -s http://h/b)" --streaming-connection-idle-timeout=4h
/etc/eks/bootstrap.sh c --kubelet-extra-args "$A"
