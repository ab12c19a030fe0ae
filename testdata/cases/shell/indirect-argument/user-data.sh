#!/bin/bash
set -- 30m 0s
last=$#
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${!last}"
