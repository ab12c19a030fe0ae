#!/bin/sh
cat << 'EOF'
#cloud-config
runcmd:
  - /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
