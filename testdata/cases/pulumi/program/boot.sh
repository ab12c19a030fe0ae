#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--sync-frequency=0'
