#!/bin/bash
# The chart fills this in: on its own it is no script.
{{- if (eq .Values.idle "4h") }}
echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout={{ .Values.idle }}" > /etc/default/kubelet
{{- else }}
echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0" > /etc/default/kubelet
{{- end }}
systemctl restart kubelet
