#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
