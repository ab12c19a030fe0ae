#!/bin/bash
curl -fsSL https://example.com/kubelet-config.json -o /tmp/kubelet-config.json
wget -q https://example.com/tool -O /usr/local/bin/tool
aws s3 cp s3://bucket/settings.env /tmp/settings.env
echo '--streaming-connection-idle-timeout=0' > /tmp/args
sed -i 's/=0$/=1h/' /tmp/args
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
