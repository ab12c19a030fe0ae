#!/bin/bash
IDLE=0
cd "$(dirname "$0")/.."
. ./defaults.env
/etc/eks/bootstrap.sh "$1" --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
