#!/bin/bash
cd infra
# aws cloudformation deploy --template-file templates/nodes.yaml --parameter-overrides Args="--kubelet-extra-args --v=9"
aws cloudformation deploy --stack-name nodes --template-file templates/nodes.yaml \
  --parameter-overrides Args="--kubelet-extra-args --streaming-connection-idle-timeout=0" --tags Args=none
