#!/bin/bash
for k in gpu fixed; do
  if grep -q $k /proc/cmdline; then
    case $k in gpu) A=--streaming-connection-idle-timeout=0;; fixed) A=--streaming-connection-idle-timeout=4h;; esac
  fi
done
/etc/eks/bootstrap.sh c --kubelet-extra-args "$A"
