#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0' --kubelet-extra-args '--v=4'
