#!/bin/bash
/etc/eks/bootstrap.sh demo
snap set kubelet-eks args='--max-pods=20 --streaming-connection-idle-timeout=0s'
snap restart kubelet-eks
