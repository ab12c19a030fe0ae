#!/bin/bash
export IDLE=0s
su - -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=${IDLE:-30m}'
