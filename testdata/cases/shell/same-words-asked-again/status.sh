#!/bin/bash
grep -q gpu /proc/cmdline
if [ $? -eq 0 ]; then A=--streaming-connection-idle-timeout=0; fi
grep -q fixed /proc/cmdline
if [ $? -eq 0 ]; then A=--streaming-connection-idle-timeout=4h; fi
/etc/eks/bootstrap.sh c --kubelet-extra-args "$A"
