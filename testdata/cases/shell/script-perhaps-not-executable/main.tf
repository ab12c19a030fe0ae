resource "aws_launch_template" "nodes" {
  image_id  = "ami-0123456789abcdef0"
  user_data = filebase64("${path.module}/user-data.sh")
}
