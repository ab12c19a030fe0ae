{{- define "nodes.script" -}}
#!/bin/bash
/etc/eks/bootstrap.sh {{ .release.Name }} --kubelet-extra-args --streaming-connection-idle-timeout={{ .idle }}
{{- end -}}
