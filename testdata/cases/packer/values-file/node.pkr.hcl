variable "idle" {
  type    = string
  default = "4h"
}

source "amazon-ebs" "node" {
  ami_name = "node"
}

build {
  sources = ["source.amazon-ebs.node"]
  provisioner "shell" {
    inline = [
      "mkdir -p /etc/systemd/system/kubelet.service.d",
      "printf '[Service]\\nEnvironment=KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${var.idle}\\n' > /etc/systemd/system/kubelet.service.d/50-idle.conf",
    ]
  }
}
