#!/bin/bash
perl -e 'if (-e "/run/x") { system("/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0s") }'
