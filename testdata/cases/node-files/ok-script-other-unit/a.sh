#!/bin/bash
DIR="$1"
mkdir -p "$DIR/containerd.service.d"
cat > "$DIR/containerd.service.d/10-args.conf" <<EOF
[Service]
ExecStart=
ExecStart=/usr/bin/containerd --streaming-connection-idle-timeout=0
EOF
