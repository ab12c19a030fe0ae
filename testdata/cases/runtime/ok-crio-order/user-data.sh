#!/bin/bash
mkdir -p /etc/crio/crio.conf.d
cat > /etc/crio/crio.conf.d/90-streams.conf <<TOML
[crio.api]
stream_idle_timeout = "1h"
TOML
cat > /etc/crio/crio.conf.d/10-streams.conf <<TOML
[crio.api]
stream_idle_timeout = "0"
TOML
systemctl restart crio kubelet
