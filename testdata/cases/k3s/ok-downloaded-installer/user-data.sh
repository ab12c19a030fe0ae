#!/bin/bash
curl -sfL https://get.k3s.io -o /tmp/k3s-install.sh
chmod +x /tmp/k3s-install.sh
SERVER_ARGS="--disable traefik"
SERVER_ARGS+=" --kubelet-arg=streaming-connection-idle-timeout=30m"
INSTALL_K3S_EXEC="server $SERVER_ARGS" /tmp/k3s-install.sh
