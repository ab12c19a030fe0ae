#!/bin/bash
/etc/eks/bootstrap.sh prod --kubelet-extra-args "--streaming-connection-idle-timeout=$1"
