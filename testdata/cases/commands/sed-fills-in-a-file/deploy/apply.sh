#!/bin/bash
DIR="$(cd "$(dirname "$0")" && pwd)"
IDLE=0
sed -e "s|__IDLE__|$IDLE|g" "$DIR/nc.yaml" | kubectl apply -f -
