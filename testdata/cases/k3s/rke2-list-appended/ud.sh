#!/bin/bash
mkdir -p /etc/rancher/rke2
cat > /etc/rancher/rke2/config.yaml <<X
kubelet-arg+: [v=2]
server: https://lake.internal:9345
token: $(cat /etc/rke2-token)
kubelet-arg:
  - max-pods=200
  - streaming-connection-idle-timeout=0
X
curl -sfL https://get.rke2.io | INSTALL_RKE2_TYPE=agent sh -
systemctl enable --now rke2-agent
