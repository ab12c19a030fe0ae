resource "helm_release" "pools" {
  name       = "pools"
  repository = "https://charts.example.com"
  chart      = "node-pools"
  values = [<<-EOT
    pools:
      pond:
        userData: |
          #!/bin/bash
          /etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=0"
  EOT
  ]
}
