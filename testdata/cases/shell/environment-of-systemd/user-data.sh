#!/bin/bash
systemctl set-environment 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s'
/etc/eks/bootstrap.sh demo
