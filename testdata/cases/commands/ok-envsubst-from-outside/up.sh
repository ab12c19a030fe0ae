#!/bin/bash
export IDLE="$1"
envsubst < cluster.yaml | eksctl create cluster -f -
