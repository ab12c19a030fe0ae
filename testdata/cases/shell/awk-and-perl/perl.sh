#!/bin/bash
perl -0777 -i -pe 's/(--kubelet-extra-args\)\s+KUBELET_EXTRA_ARGS=)\$2/$1"\$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
