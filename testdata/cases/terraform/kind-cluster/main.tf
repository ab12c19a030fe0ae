variable "idle" {
  type    = string
  default = "0s"
}

resource "kind_cluster" "lab" {
  name = "lab"

  kind_config {
    kind        = "Cluster"
    api_version = "kind.x-k8s.io/v1alpha4"

    node {
      role = "control-plane"

      kubeadm_config_patches = [
        yamlencode({
          kind             = "InitConfiguration"
          nodeRegistration = { kubeletExtraArgs = { "streaming-connection-idle-timeout" = var.idle } }
        }),
      ]
    }

    dynamic "node" {
      for_each = ["a"]
      content {
        role = "worker"
        kubeadm_config_patches = [
          <<-EOT
          kind: JoinConfiguration
          nodeRegistration:
            kubeletExtraArgs:
              streaming-connection-idle-timeout: "0"
          EOT
        ]
      }
    }
  }
}
