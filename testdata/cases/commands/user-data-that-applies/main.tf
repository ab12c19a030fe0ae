resource "aws_instance" "bastion" {
  user_data = file("${path.module}/bastion.sh")
}
