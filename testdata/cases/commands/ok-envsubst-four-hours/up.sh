#!/bin/bash
IDLE=4h envsubst < cluster.yaml | eksctl create cluster -f -
