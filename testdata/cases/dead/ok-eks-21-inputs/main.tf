module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0"

  name               = "demo"
  kubernetes_version = "1.33"

  eks_managed_node_groups = {
    parts = {
      cloudinit_pre_nodeadm = [{
        content_type = "application/node.eks.aws"
        content      = <<-EOT
          apiVersion: node.eks.aws/v1alpha1
          kind: NodeConfig
          spec:
            kubelet:
              config:
                fileCheckFrequency: 30s
        EOT
      }]
    }
    off = {
      create               = false
      bootstrap_extra_args = "--kubelet-extra-args '--sync-frequency=2m'"
    }
  }
}
