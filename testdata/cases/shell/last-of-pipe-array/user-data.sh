#!/bin/bash
shopt -s lastpipe
printf '0s\n4h\n' | mapfile -t ALL
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${ALL[0]}"
