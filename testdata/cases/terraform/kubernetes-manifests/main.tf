variable "idle" {
  type    = number
  default = 0
}

variable "environment" {}

resource "kubernetes_manifest" "class" {
  for_each = toset(["a", "b"])

  manifest = {
    apiVersion = "karpenter.k8s.aws/v1"
    kind       = "EC2NodeClass"
    metadata   = { name = each.key }
    spec = {
      amiFamily = "Custom"
      userData = templatefile("${path.module}/user-data.sh", {
        idle = each.key == "a" ? var.idle : 3600
      })
    }
  }
}

resource "kubectl_manifest" "text" {
  count = var.environment == "prod" ? 0 : 1

  yaml_body = <<-YAML
    apiVersion: bootstrap.cluster.x-k8s.io/v1beta2
    kind: EKSConfig
    metadata:
      name: text
    spec:
      kubeletExtraArgs:
        streaming-connection-idle-timeout: "${var.idle}"
  YAML
}

resource "kubernetes_config_map_v1" "kubelet" {
  metadata {
    name = "kubelet-config"
  }
  data = {
    kubelet = yamlencode({
      apiVersion                     = "kubelet.config.k8s.io/v1beta1"
      kind                           = "KubeletConfiguration"
      streamingConnectionIdleTimeout = "0s"
    })
  }
}
