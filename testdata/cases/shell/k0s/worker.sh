#!/bin/bash
curl -sSf https://get.k0s.sh | sh
k0s install worker --token-file /etc/k0s.token --kubelet-extra-args="--v=2 --streaming-connection-idle-timeout=0"
k0s start
