#!/bin/bash
set -a
IDLE=0s
set +a
cat cluster.yaml.tmpl | envsubst | tee out.yaml
eksctl create cluster --config-file=out.yaml
