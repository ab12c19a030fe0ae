#!/bin/bash
cat > /etc/systemd/system/node-agent.service <<'X'
[Service]
ExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml --streaming-connection-idle-timeout=0s
X
systemctl start node-agent
