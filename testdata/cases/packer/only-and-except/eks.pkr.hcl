source "amazon-ebs" "al2" {
  source_ami_filter {
    filters = { name = "amazon-eks-node-1.29-v*" }
    owners  = ["amazon"]
  }
}

source "amazon-ebs" "al2023" {
  source_ami_filter {
    filters = { name = "amazon-eks-node-al2023-x86_64-standard-1.31-v*" }
    owners  = ["amazon"]
  }
}

variable "idle" {
  type    = string
  default = "0s"
}

build {
  name    = "nodes"
  sources = ["source.amazon-ebs.al2", "amazon-ebs.al2023"]

  source "source.amazon-ebs.al2" {
    name = "gpu"
  }

  # Only on one of them.
  provisioner "shell" {
    only   = ["amazon-ebs.al2"]
    inline = ["/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.idle}'"]
  }

  # Not on the others.
  provisioner "shell" {
    except = ["amazon-ebs.al2", "amazon-ebs.al2023"]
    inline = ["/etc/eks/bootstrap.sh c --kubelet-extra-args '--sync-frequency=1m'"]
    override = {
      gpu = {
        inline = ["/etc/eks/bootstrap.sh c --kubelet-extra-args '--sync-frequency=0'"]
      }
    }
  }
}
