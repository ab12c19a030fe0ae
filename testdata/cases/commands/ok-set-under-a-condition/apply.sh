#!/bin/bash
if [ "$1" = prod ]; then
  IDLE=0s
fi
sed "s/__IDLE__/$IDLE/" nodes.yaml | kubectl apply -f -
