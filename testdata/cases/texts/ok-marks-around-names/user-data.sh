#!/bin/bash
HOURS=__HOURS__
/etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=%%IDLE%% --sync-frequency=${HOURS}h0m0s"
