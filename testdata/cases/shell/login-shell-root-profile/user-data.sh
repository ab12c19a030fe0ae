#!/bin/bash
echo 'export KARGS="--streaming-connection-idle-timeout=0s"' >> /root/.bash_profile
bash --login -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args "$KARGS"'
