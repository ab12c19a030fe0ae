#!/bin/bash
set -euo pipefail
# bootstrap.sh copies this file over containerd's own one.
cat <<TOML > /etc/eks/containerd/containerd-config.toml
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "SANDBOX_IMAGE"
stream_idle_timeout = "0"
TOML
/etc/eks/bootstrap.sh prod --container-runtime containerd
