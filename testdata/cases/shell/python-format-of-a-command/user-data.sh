#!/bin/bash
python3 -c '
import os
idle = 0
os.system(f"/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout={idle}s")
'
