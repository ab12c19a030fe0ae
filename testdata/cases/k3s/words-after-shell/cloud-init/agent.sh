#!/bin/bash
set -euo pipefail
export K3S_URL=https://lake.internal:6443
export K3S_TOKEN_FILE=/etc/k3s-token
curl -sfL https://get.k3s.io | sh -s - agent --kubelet-arg streaming-connection-idle-timeout=0
