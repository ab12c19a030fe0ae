#!/bin/bash
tee /etc/crio/crio.conf <<TOML
[crio]
[crio.api]
stream_idle_timeout = "4h"
TOML
cat > /etc/crio/crio.conf.d/90-streams.conf <<TOML
[crio.api]
stream_idle_timeout = "0"
TOML
systemctl enable --now crio kubelet
