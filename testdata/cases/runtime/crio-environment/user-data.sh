#!/bin/bash
cat > /etc/crio/crio.conf.d/90-streams.conf <<TOML
[crio.api]
stream_idle_timeout = "1h"
TOML
echo 'CRIO_RUNTIME_OPTIONS="--log-level=info --stream-idle-timeout=0"' > /etc/sysconfig/crio
systemctl restart crio kubelet
