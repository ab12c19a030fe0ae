source "amazon-ebs" "al2" {}

source "amazon-ebs" "other" {}

build {
  sources = ["source.amazon-ebs.al2"]

  provisioner "shell" {
    only   = ["amazon-ebs.other"]
    inline = ["/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'"]
  }

  provisioner "shell" {
    except = ["amazon-ebs.al2"]
    inline = ["/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'"]
  }
}
