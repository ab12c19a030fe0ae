#!/bin/bash
FLAGS=(streaming-connection-idle-timeout=30m v=2)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${FLAGS[*]/#/--}"
