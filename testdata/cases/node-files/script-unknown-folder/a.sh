#!/bin/bash
DIR="$1"
mkdir -p "$DIR/kubelet.service.d"
cat > "$DIR/kubelet.service.d/10-args.conf" <<EOF
[Service]
ExecStart=
ExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0
EOF
