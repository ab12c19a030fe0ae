#!/bin/bash
shopt -s expand_aliases
alias join='/etc/eks/bootstrap.sh demo --kubelet-extra-args'
f() { join "$1"; }
f --streaming-connection-idle-timeout=0s
