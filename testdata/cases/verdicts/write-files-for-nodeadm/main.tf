resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="B"

    --B
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: c

    --B
    Content-Type: text/cloud-config

    #cloud-config
    write_files:
    - path: /etc/eks/nodeadm.d/50.yaml
      encoding: b64
      content: YXBpVmVyc2lvbjogbm9kZS5la3MuYXdzL3YxYWxwaGExCmtpbmQ6IE5vZGVDb25maWcKc3BlYzoKICBjbHVzdGVyOgogICAgbmFtZTogYwogIGt1YmVsZXQ6CiAgICBmbGFnczoKICAgICAgLSAtLXN0cmVhbWluZy1jb25uZWN0aW9uLWlkbGUtdGltZW91dD0wCg==

    --B--
  EOT
  )
}
