#!/bin/bash
# Another template, and a value that only a run knows.
aws cloudformation deploy --template-file templates/other.yaml --parameter-overrides Args="--kubelet-extra-args --streaming-connection-idle-timeout=0"
aws cloudformation deploy --template-file templates/nodes.yaml --parameter-overrides Args="--kubelet-extra-args --streaming-connection-idle-timeout=$IDLE"
