locals {
  boot = <<-EOT
    #!/bin/bash
    echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s" > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token a.b --discovery-token-unsafe-skip-ca-verification
  EOT
}

resource "aws_instance" "worker" {
  ami = "ami-0123456789abcdef0"
  user_data = jsonencode({
    ignition = { version = "3.3.0" }
    storage = {
      files = [{
        path     = "/opt/boot.sh"
        mode     = 493
        contents = { source = "data:text/plain;charset=utf-8;base64,${base64encode(local.boot)}" }
      }]
    }
    systemd = {
      units = [{
        name     = "boot.service"
        enabled  = true
        contents = "[Service]\nType=oneshot\nExecStart=/opt/boot.sh\n[Install]\nWantedBy=multi-user.target\n"
      }]
    }
  })
}
