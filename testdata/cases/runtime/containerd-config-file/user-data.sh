#!/bin/bash
cat > /tmp/containerd.toml <<TOML
version = 2
imports = ["/etc/containerd/config.d/*.toml"]
[plugins."io.containerd.grpc.v1.cri"]
stream_idle_timeout = "0"
TOML
/etc/eks/bootstrap.sh prod --containerd-config-file /tmp/containerd.toml --kubelet-extra-args '--v=2'
