#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-status-update-frequency=0'
