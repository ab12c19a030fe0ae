resource "aws_launch_template" "w" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(templatefile("${path.module}/envs/${terraform.workspace}/boot.sh.tftpl", { name = "pond" }))
}
