#!/bin/bash
for node in 10.0.0.11 10.0.0.12; do
  ssh -o StrictHostKeyChecking=no "root@$node" 'cat > /etc/default/kubelet && systemctl restart kubelet' <<'ENV'
KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
ENV
done
ssh root@10.0.0.13 bash -s <<'REMOTE'
echo KUBELET_EXTRA_ARGS=--sync-frequency=0 > /etc/default/kubelet
systemctl restart kubelet
REMOTE
sshpass -p "$PASSWORD" ssh -o StrictHostKeyChecking=no root@node-9 bash <<'SCRIPT'
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s' > /etc/default/kubelet
systemctl restart kubelet
SCRIPT
