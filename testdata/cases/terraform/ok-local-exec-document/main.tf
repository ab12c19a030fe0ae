resource "null_resource" "nodes" {
  provisioner "local-exec" {
    command = <<-EOT
      cat <<YAML | kubectl apply -f -
      apiVersion: karpenter.k8s.aws/v1
      kind: EC2NodeClass
      metadata: {name: pond}
      spec:
        amiFamily: AL2023
        amiSelectorTerms: [{alias: al2023@latest}]
        role: pond
        subnetSelectorTerms: [{tags: {a: b}}]
        securityGroupSelectorTerms: [{tags: {a: b}}]
        userData: |
          apiVersion: node.eks.aws/v1alpha1
          kind: NodeConfig
          spec:
            kubelet:
              flags: ["--streaming-connection-idle-timeout=30m"]
      YAML
    EOT
  }
}

variable "karpenter" {
  default = false
}

# Switched off: nothing is applied, and nothing is left unread.
resource "null_resource" "more" {
  count = var.karpenter ? 1 : 0
  provisioner "local-exec" {
    command = "kubectl annotate nodes --all kubelet=${var.karpenter}"
  }
}
