apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata:
  name: nodes-{{ .zone }}
spec:
  role: Node
  {{if .spot}}
  maxPrice: "1"
  {{end}}
  kubelet:
    streamingConnectionIdleTimeout: 0s
