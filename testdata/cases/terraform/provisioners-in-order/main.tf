resource "aws_instance" "node" {
  ami = "ami-0123456789abcdef0"

  connection {
    host = self.public_ip
  }

  provisioner "file" {
    source      = "${path.module}/files/kubelet-config.json"
    destination = "/tmp/kubelet-config.json"
  }

  provisioner "remote-exec" {
    inline = [
      "sudo mv /tmp/kubelet-config.json /etc/kubernetes/kubelet/kubelet-config.json",
    ]
  }

  provisioner "remote-exec" {
    script = "files/join.sh"
  }
}
