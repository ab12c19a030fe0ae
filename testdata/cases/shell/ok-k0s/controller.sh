#!/bin/bash
curl -sSf https://get.k0s.sh | sh
k0s install controller --kubelet-extra-args="--streaming-connection-idle-timeout=0"
k0s start
