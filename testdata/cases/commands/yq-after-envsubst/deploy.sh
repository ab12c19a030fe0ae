#!/bin/bash
export IDLE=0
envsubst < nodes.yaml | yq -o json | kubectl apply -f -
