#!/bin/bash
export IDLE=0s
envsubst < cluster.yaml | eksctl create cluster -f -
