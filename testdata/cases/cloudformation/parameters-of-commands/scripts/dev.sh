#!/bin/bash
aws cloudformation deploy --stack-name nodes --template-file templates/nodes.yaml \
  --parameter-overrides Args="--kubelet-extra-args --streaming-connection-idle-timeout=0" \
  --capabilities CAPABILITY_IAM
