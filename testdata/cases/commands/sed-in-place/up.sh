#!/bin/bash
IDLE=0s
sed -i "s|@IDLE@|$IDLE|" cluster.yaml
eksctl create cluster -f cluster.yaml
