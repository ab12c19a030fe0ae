#!/bin/bash
start() { /etc/eks/bootstrap.sh pond --kubelet-extra-args "$1"; }
start '--streaming-connection-idle-timeout=4h'
fallback() { /etc/eks/bootstrap.sh pond --kubelet-extra-args '--streaming-connection-idle-timeout=0'; }
