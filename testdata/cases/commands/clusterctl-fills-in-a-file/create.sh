#!/bin/bash
export IDLE=0s
clusterctl generate cluster lab --from nodes.yaml > lab.yaml
kubectl apply -f lab.yaml
