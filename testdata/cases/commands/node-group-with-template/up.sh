#!/bin/bash
cat > node.mime <<'NODE'
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags: ["--streaming-connection-idle-timeout=0"]
--x--
NODE
aws ec2 create-launch-template --launch-template-name workers --launch-template-data "{\"UserData\": \"$(base64 -w0 node.mime)\"}"
aws eks create-nodegroup --cluster-name pond --nodegroup-name workers --subnets "$SUBNETS" --node-role "$ROLE" \
  --ami-type AL2023_x86_64_STANDARD --kubernetes-version 1.33 --launch-template name=workers,version=1
