locals {
  nc = {
    apiVersion = "karpenter.k8s.aws/v1"
    kind       = "EC2NodeClass"
    metadata   = { name = "pond" }
    spec = {
      amiFamily                  = "AL2023"
      amiSelectorTerms           = [{ alias = "al2023@latest" }]
      role                       = "pond"
      subnetSelectorTerms        = [{ tags = { a = "b" } }]
      securityGroupSelectorTerms = [{ tags = { a = "b" } }]
      userData = yamlencode({
        apiVersion = "node.eks.aws/v1alpha1"
        kind       = "NodeConfig"
        spec       = { kubelet = { flags = ["--streaming-connection-idle-timeout=0"] } }
      })
    }
  }
}
resource "null_resource" "nodes" {
  provisioner "local-exec" {
    command = "echo '${jsonencode(local.nc)}' | kubectl apply -f -"
  }
}
