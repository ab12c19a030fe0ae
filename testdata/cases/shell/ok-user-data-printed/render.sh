#!/usr/bin/env bash
IDLE=${IDLE:-4h}
cat <<EOF
#!/bin/bash
/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'
EOF
