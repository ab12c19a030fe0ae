resource "aws_ssm_document" "d" {
  name = "d"
  document_type = "Command"
  content = jsonencode({
    schemaVersion = "2.2"
    mainSteps = [{
      action = "aws:runShellScript"
      name = "x"
      inputs = { runCommand = [
        "jq '.streamingConnectionIdleTimeout=\"0s\"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json",
        "systemctl restart kubelet"
      ] }
    }]
  })
}
resource "aws_ssm_association" "a" {
  name = aws_ssm_document.d.name
  targets {
    key = "tag:n"
    values = ["x"]
  }
}
