locals {
  group = {
    ami_type = "AL2023_x86_64_STANDARD"
    cloudinit_pre_nodeadm = [{
      content_type = "application/node.eks.aws"
      content      = <<-EOT
        apiVersion: node.eks.aws/v1alpha1
        kind: NodeConfig
        spec:
          kubelet:
            flags:
              - --streaming-connection-idle-timeout=0
      EOT
    }]
  }
}

terraform {
  source = "tfr:///terraform-aws-modules/eks/aws?version=20.37.2"
}

inputs = {
  cluster_name            = "prod"
  cluster_version         = "1.31"
  eks_managed_node_groups = { blue = local.group }
}
