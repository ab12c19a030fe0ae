#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=a=b'
snap set kubelet-eks max-pods=20 streaming-connection-idle-timeout=0
snap restart kubelet-eks
