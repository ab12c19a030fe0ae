variable "extra" {
  default = "--kubelet-extra-args '--streaming-connection-idle-timeout=0'"
}

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0"

  name               = "demo"
  kubernetes_version = "1.33"

  eks_managed_node_groups = {
    flags = {
      kubelet_extra_args   = "--runtime-request-timeout=3m"
      bootstrap_extra_args = var.extra
    }
    scripts = {
      pre_bootstrap_user_data = <<-EOT
        export KUBELET_EXTRA_ARGS="--sync-frequency=2m"
      EOT
    }
    parts = {
      cloudinit_post_nodeadm = [{
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
  }
}
