resource "aws_launch_template" "nodes" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: prod
      kubelet:
        config:
          authentication:
            anonymous:
              enabled: false
            x509:
              clientCAFile: "/etc/kubernetes/pki/ca.crt"
          authorization:
            mode: Webhook
          readOnlyPort: 0
          streamingConnectionIdleTimeout: 4h
          makeIPTablesUtilChains: true
          eventRecordQPS: 50
          rotateCertificates: true
          featureGates:
            RotateKubeletServerCertificate: true
          tlsCertFile: "/etc/kubernetes/pki/kubelet.crt"
          tlsPrivateKeyFile: "/etc/kubernetes/pki/kubelet.key"
          tlsCipherSuites:
            - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
          podPidsLimit: 1024
          seccompDefault: true
          protectKernelDefaults: true
        flags:
          - --streaming-connection-idle-timeout=4h

    --//--
  EOT
  )
}

resource "aws_eks_node_group" "workers" {
  cluster_name    = "prod"
  node_group_name = "workers"
  node_role_arn   = "arn:aws:iam::111122223333:role/node"
  subnet_ids      = ["subnet-1"]
  ami_type        = "AL2023_x86_64_STANDARD"
  version         = "1.33"

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    desired_size = 1
    max_size     = 1
    min_size     = 1
  }
}
