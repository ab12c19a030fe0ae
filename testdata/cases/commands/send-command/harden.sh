#!/bin/bash
aws ssm send-command --document-name AWS-RunShellScript --targets Key=tag:role,Values=worker \
  --parameters 'commands=["echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 >> /etc/default/kubelet","systemctl restart kubelet"]'
jq -n '{commands: ["echo KUBELET_EXTRA_ARGS=--sync-frequency=0 > /etc/default/kubelet", "systemctl restart kubelet"]}' > parameters.json
aws ssm send-command --document-name AWS-RunShellScript --instance-ids "$1" --parameters file://parameters.json
