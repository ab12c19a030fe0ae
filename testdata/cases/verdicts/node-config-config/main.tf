resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: c
      kubelet:
        config:
          streamingConnectionIdleTimeout: 0s

  EOT
  )
}
