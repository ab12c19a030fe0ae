#!/bin/bash
/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
