resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="B"

    --B
    Content-Type: text/x-shellscript

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: c
      kubelet:
        flags:
          - --streaming-connection-idle-timeout=0

    --B--
  EOT
  )
}
