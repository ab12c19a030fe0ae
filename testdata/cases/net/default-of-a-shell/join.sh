#!/bin/bash
ARGS="${KUBELET_ARGS:---streaming-connection-idle-timeout=0 --v=2}"
/etc/eks/bootstrap.sh pond
