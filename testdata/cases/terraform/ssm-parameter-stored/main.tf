resource "aws_ssm_parameter" "node_config" {
  name  = "/nodes/config"
  type  = "String"
  value = <<-EOT
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      kubelet:
        flags: ["--streaming-connection-idle-timeout=0"]
  EOT
}
