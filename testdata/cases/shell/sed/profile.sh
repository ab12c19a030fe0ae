#!/bin/bash
printf 'export EXTRA="--streaming-connection-idle-timeout=0"\n' > /etc/profile.d/extra.sh
sed -i -e '/^set -o errexit/a\\nsource /etc/profile.d/extra.sh' -e 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 $EXTRA"/' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
