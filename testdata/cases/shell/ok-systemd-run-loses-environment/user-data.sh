#!/bin/bash
export IDLE=0s
systemd-run --wait bash -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=${IDLE:-30m}'
