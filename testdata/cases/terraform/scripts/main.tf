resource "aws_ssm_document" "idle" {
  name            = "idle"
  document_type   = "Command"
  document_format = "YAML"
  content         = <<-DOC
    schemaVersion: "2.2"
    mainSteps:
      - action: aws:runShellScript
        name: idle
        inputs:
          runCommand:
            - F=/etc/kubernetes/kubelet/kubelet-config.json
            - jq '.streamingConnectionIdleTimeout="0s"' $F > /tmp/k && mv /tmp/k $F
            - systemctl restart kubelet
  DOC
}

resource "null_resource" "join" {
  provisioner "remote-exec" {
    inline = [
      "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'",
    ]
  }
}

resource "aws_ssm_association" "a" {
  name = "AWS-RunShellScript"
  parameters = {
    commands = "sed -i 's/KUBELET_EXTRA_ARGS=/&--streaming-connection-idle-timeout=0 /' /etc/default/kubelet"
  }
}

resource "aws_imagebuilder_component" "c" {
  data = yamlencode({
    schemaVersion = 1.0
    phases = [{ name = "build", steps = [{ name = "x", action = "ExecuteBash", inputs = { commands = ["/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0s"] } }] }]
  })
}
