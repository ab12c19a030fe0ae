resource "aws_instance" "worker" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m5.large"
  user_data     = <<-EOT
    #cloud-config
    write_files:
      - path: /etc/systemd/system/kubelet.service.d/20-idle.conf
        content: |
          [Service]
          Environment="KUBELET_EXTRA_ARGS=--v=2 \
            --streaming-connection-idle-timeout=0"
    runcmd:
      - [kubeadm, join, '10.0.0.1:6443', --token, abcdef.0123456789abcdef]
  EOT
}
