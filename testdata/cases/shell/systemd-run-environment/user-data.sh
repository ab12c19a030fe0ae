#!/bin/bash
systemd-run -q --wait -E ARGS=--streaming-connection-idle-timeout=0s bash -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"'
