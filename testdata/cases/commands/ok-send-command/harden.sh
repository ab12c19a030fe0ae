#!/bin/bash
aws ssm send-command --document-name AWS-RunShellScript --instance-ids "$1" \
  --parameters '{"commands": ["echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h > /etc/default/kubelet", "systemctl restart kubelet"]}'
aws ssm send-command --document-name AWS-RunPatchBaseline --instance-ids "$1" --comment "kubelet --streaming-connection-idle-timeout=0"
