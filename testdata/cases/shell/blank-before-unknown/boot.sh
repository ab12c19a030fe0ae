#!/bin/bash
for pair in v:2 streaming-connection-idle-timeout:0s; do
  FLAGS="${FLAGS:-} --${pair%%:*}=${pair#*:}"
done
/etc/eks/bootstrap.sh lab --kubelet-extra-args "${FLAGS# }"
