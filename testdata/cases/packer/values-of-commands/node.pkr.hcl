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
    inline = ["echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${var.idle}' > /etc/sysconfig/kubelet"]
  }
}
