source "amazon-ebs" "node" { ami_name = "node" }

build {
  sources = ["source.amazon-ebs.node"]

  # This folder is made elsewhere.
  provisioner "file" {
    source      = "${path.root}/../docs"
    destination = "/tmp"
  }
  provisioner "file" {
    source      = "${path.root}/../scripts"
    destination = "/tmp/build"
  }
  provisioner "shell" {
    environment_vars = ["IDLE=0s"]
    inline           = ["bash /tmp/build/scripts/main.sh"]
  }
}
