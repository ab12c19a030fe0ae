# --kubelet-extra-args '--streaming-connection-idle-timeout=0'
resource "aws_instance" "jump" {
  ami       = "ami-1"
  user_data = <<-EOT
    #!/bin/bash
    # /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    kubectl port-forward svc/x 80 --streaming-connection-idle-timeout=0 &
    echo "--streaming-connection-idle-timeout=0" > /root/notes.txt
  EOT
}
