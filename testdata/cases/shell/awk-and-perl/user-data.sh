#!/bin/bash
cat > /tmp/sizes <<'EOF'
small 110 5m
large 234 0
EOF
idle=$(awk '$1 == "large" { print $3 }' /tmp/sizes)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$idle"
