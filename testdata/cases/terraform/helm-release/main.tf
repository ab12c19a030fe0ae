variable "idle" {
  default = "0s"
}

variable "cluster" {}

locals {
  pools = {
    general = { idle = "4h" }
    builds  = { idle = "0" }
  }
}

resource "helm_release" "nodes" {
  for_each = local.pools

  name  = each.key
  chart = "raw"

  values = [
    yamlencode({
      resources = [{
        apiVersion = "karpenter.k8s.aws/v1"
        kind       = "EC2NodeClass"
        metadata   = { name = each.key }
        spec = {
          amiSelectorTerms = [{ alias = "al2023@latest" }]
          userData         = <<-EOT
            apiVersion: node.eks.aws/v1alpha1
            kind: NodeConfig
            spec:
              cluster:
                name: ${var.cluster}
              kubelet:
                flags:
                  - --streaming-connection-idle-timeout=${each.value.idle}
          EOT
        }
      }]
    }),
  ]
}

resource "helm_release" "texts" {
  name  = "texts"
  chart = "raw"

  values = [
    file("${path.module}/base.yaml"),
    <<-YAML
    templates:
      - |
        apiVersion: karpenter.k8s.aws/v1
        kind: EC2NodeClass
        metadata:
          name: from-template
        spec:
          amiFamily: AL2
          userData: |
            #!/bin/bash
            sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=${var.idle}"/' /etc/eks/bootstrap.sh
    YAML
  ]

  set {
    name  = "extraObjects[0].spec.kubelet.streamingConnectionIdleTimeout"
    value = "0"
    type  = "string"
  }
}

resource "helm_release" "attributes" {
  name   = "attributes"
  chart  = "raw"
  values = [file("${path.module}/base.yaml")]

  set = [
    { name = "extraObjects[0].metadata.name", value = "from-attributes" },
    { name = "extraObjects[0].spec.userData", value = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--node-labels=a=b\\,c=d --sync-frequency=0'" },
    { name = "extraObjects[0].spec.amiFamily", value = "Custom" },
  ]
}
