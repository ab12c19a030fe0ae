{{- define "nodes.script" -}}
#!/bin/bash
/etc/eks/bootstrap.sh {{ .Release.Name }} --kubelet-extra-args --streaming-connection-idle-timeout={{ .Values.idle }}
{{- end -}}
