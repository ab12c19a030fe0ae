#!/bin/bash
export IDLE_prod=0s
e=prod
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(printenv IDLE_$e)"
