#!/bin/bash
FLAGS=(--v=2 --streaming-connection-idle-timeout=5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${FLAGS[*]/%5m/0s}"
