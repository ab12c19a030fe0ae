#!/bin/bash
set -e
ls /tmp/none > /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0s"
