#!/bin/bash
/etc/eks/bootstrap.sh pond --kubelet-extra-args --sync-frequency=0
