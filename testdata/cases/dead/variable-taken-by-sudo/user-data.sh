#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=5m'
sudo /etc/eks/bootstrap.sh demo
