#!/bin/bash
(exit 3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(( PIPESTATUS[0] - 3 ))m"
