{{- define "platform.name" -}}
{{ .Release.Name | trunc 20 | trimSuffix "-" }}-{{ .Values.cluster }}
{{- end -}}
{{- define "platform.kubelet" }}
kubelet:
  flags:
    {{- range .args }}
    - {{ . | quote }}
    {{- end }}
    - {{ printf "--streaming-connection-idle-timeout=%s" .idle | quote }}
  config:
    {{- toYaml .config | nindent 4 }}
{{- end }}
