resource "kind_cluster" "lab" {
  name = "lab"

  kind_config {
    kind        = "Cluster"
    api_version = "kind.x-k8s.io/v1alpha4"

    node {
      role = "worker"

      kubeadm_config_patches = [
        <<-EOT
        kind: JoinConfiguration
        nodeRegistration:
          kubeletExtraArgs:
            streaming-connection-idle-timeout: "4h"
        EOT
      ]
    }
  }
}
