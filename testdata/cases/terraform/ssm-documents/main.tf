resource "aws_ssm_document" "restart" {
  name          = "kubelet-idle"
  document_type = "Command"
  content = jsonencode({
    schemaVersion = "2.2"
    parameters    = { idle = { type = "String", default = "4h" } }
    mainSteps = [{
      action = "aws:runShellScript"
      name   = "run"
      inputs = {
        runCommand = [
          "jq '.streamingConnectionIdleTimeout=\"{{ idle }}\"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k",
          "mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json && systemctl restart kubelet",
        ]
      }
    }]
  })
}

resource "aws_ssm_association" "nodes" {
  name       = aws_ssm_document.restart.name
  parameters = { idle = "0s" }

  targets {
    key    = "tag:eks:cluster-name"
    values = ["prod"]
  }
}

resource "aws_imagebuilder_component" "kubelet" {
  name     = "kubelet"
  platform = "Linux"
  version  = "1.0.0"
  data = yamlencode({
    schemaVersion = 1.0
    phases = [{
      name = "build"
      steps = [
        { name = "file", action = "CreateFile", inputs = [{ path = "/tmp/idle.yaml", content = local.node }] },
        { name = "put", action = "ExecuteBash", inputs = { commands = ["mkdir -p /etc/eks/nodeadm.d", "mv /tmp/idle.yaml /etc/eks/nodeadm.d/50-idle.yaml"] } },
      ]
    }]
  })
}

locals {
  node = <<-EOT
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      kubelet:
        flags: ["--streaming-connection-idle-timeout=0"]
  EOT
}
