#!/bin/bash
set -e
/etc/eks/bootstrap.sh {{ .Values.cluster | default .Release.Name }} \
  --kubelet-extra-args "--streaming-connection-idle-timeout={{ int .Values.idle }}s"
