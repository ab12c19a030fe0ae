resource "aws_launch_template" "al2023" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="BOUNDARY"

    --BOUNDARY
    Content-Type: application/node.eks.aws

    ---
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: ${aws_eks_cluster.this.name}
        apiServerEndpoint: ${aws_eks_cluster.this.endpoint}
        certificateAuthority: ${aws_eks_cluster.this.certificate_authority[0].data}
        cidr: 10.100.0.0/16
      kubelet:
        config:
          maxPods: 58
          streamingConnectionIdleTimeout: 4h
        flags:
          - --node-labels=a=b
          - --streaming_connection_idle_timeout=0s

    --BOUNDARY--
  EOT
  )
}
