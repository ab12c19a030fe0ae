#!/bin/bash
cloud-init-per once join /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
