variable "off" {
  default = false
}

# Not launched at all.
resource "kubectl_manifest" "none" {
  count     = var.off ? 1 : 0
  yaml_body = <<-YAML
    apiVersion: karpenter.k8s.aws/v1
    kind: EC2NodeClass
    metadata: { name: none }
    spec:
      amiFamily: Custom
      userData: |
        #!/bin/bash
        /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  YAML
}

# A later value takes the place of an earlier one.
resource "helm_release" "replaced" {
  name  = "nodes"
  chart = "raw"
  values = [
    yamlencode({ extraObjects = [local.class] }),
    yamlencode({ extraObjects = [] }),
  ]
}

resource "helm_release" "set" {
  name   = "nodes"
  chart  = "raw"
  values = [yamlencode({ extraObjects = [local.class] })]
  set {
    name  = "extraObjects[0].spec.userData"
    value = "#!/bin/bash\n/etc/eks/bootstrap.sh c"
  }
}

# Nothing of this is a node's kubelet.
resource "helm_release" "monitoring" {
  name   = "monitoring"
  chart  = "kube-prometheus-stack"
  values = ["kubelet:\n  enabled: true\n  serviceMonitor:\n    interval: 0s\n"]
}

locals {
  class = {
    apiVersion = "karpenter.k8s.aws/v1"
    kind       = "EC2NodeClass"
    metadata   = { name = "c" }
    spec = {
      amiFamily = "Custom"
      userData  = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'"
    }
  }
}
