resource "aws_instance" "a" {
  ami = "ami-1"
  provisioner "remote-exec" {
    inline = ["echo /etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0 > /opt/join.sh"]
  }
  provisioner "remote-exec" {
    inline = ["/opt/join.sh"]
  }
}
