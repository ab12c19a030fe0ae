#!/bin/bash
/etc/eks/bootstrap.sh pond --kubelet-extra-args "--node-labels=a=b --streaming-connection-idle-timeout=30m"
