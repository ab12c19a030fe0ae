#!/bin/bash
IDLE=0s
cp cluster.yaml /tmp/cluster.yaml
sed -i "s|@IDLE@|$IDLE|" /tmp/cluster.yaml
eksctl create cluster -f /tmp/cluster.yaml
