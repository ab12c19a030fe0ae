#!/bin/bash
coproc { echo 5m; echo 0s; cat; }
read -r _ <&"${COPROC[0]}"
read -r -u "${COPROC[0]}" IDLE
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
