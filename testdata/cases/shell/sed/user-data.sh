#!/bin/bash
sed -i.orig -E 's#^( +)KUBELET_EXTRA_ARGS=\$2$#\1KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"#' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
