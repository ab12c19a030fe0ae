#!/bin/bash
/etc/eks/bootstrap.sh <cluster-name> --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
