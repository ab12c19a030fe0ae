#!/bin/bash
python3 <<'P'
import subprocess
# subprocess.run(["/etc/eks/bootstrap.sh", "demo", "--kubelet-extra-args", "--streaming-connection-idle-timeout=0s"])
subprocess.run(["/etc/eks/bootstrap.sh", "demo", "--kubelet-extra-args", "--streaming-connection-idle-timeout=4h"])
P
