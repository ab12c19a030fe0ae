variable "idle" {
  type    = string
  default = "0s"
}

locals {
  config = "/etc/kubernetes/kubelet/kubelet-config.json"
}

source "amazon-ebs" "node" {
  source_ami_filter {
    filters = {
      name = "amazon-eks-node-1.29-v*"
    }
    owners      = ["amazon"]
    most_recent = true
  }
  ssh_username = "ec2-user"
}

build {
  name    = "eks"
  sources = ["source.amazon-ebs.node"]

  provisioner "shell" {
    environment_vars = ["IDLE=${var.idle}", "CONFIG=${local.config}"]
    scripts          = ["scripts/idle.sh"]
  }

  provisioner "file" {
    source      = "files/"
    destination = "/tmp"
  }

  provisioner "shell" {
    inline = ["sudo systemctl enable kubelet"]
  }
}
