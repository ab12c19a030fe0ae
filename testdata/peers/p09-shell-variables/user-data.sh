#!/bin/bash
set -euo pipefail
IDLE=0
ARGS="--max-pods=58"
ARGS="$ARGS --streaming-connection-idle-timeout=$IDLE"
/etc/eks/bootstrap.sh prod --kubelet-extra-args "$ARGS"
