#!/bin/bash
export IDLE=0 CLUSTER=pond
# Only $CLUSTER is replaced, so the kubelet's argument is not known.
envsubst '$CLUSTER' < nodes.yaml | kubectl apply -f -
