#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args --v=2 --streaming-connection-idle-timeout=5m --runtime-request-timeout 3m
