module "eks" {
  source = "terraform-aws-modules/eks/aws"
  version = "~> 21.0"
  eks_managed_node_groups = {
    a = {
      cloudinit_pre_nodeadm = [{
        content_type = "application/node.eks.aws"
        content = <<-EOT
          apiVersion: node.eks.aws/v1alpha1
          kind: NodeConfig
          spec:
            cluster:
              name: c
            kubelet:
              config:
                streamingConnectionIdleTimeout: 0s
        EOT
      }]
    }
  }
}
