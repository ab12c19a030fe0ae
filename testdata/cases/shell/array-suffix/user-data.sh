#!/bin/bash
NAMES=(--streaming-connection-idle-timeout --sync-frequency)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${NAMES[*]/%/=0s}"
