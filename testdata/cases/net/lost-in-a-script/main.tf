resource "aws_launch_template" "workers" {
  user_data = filebase64("${path.module}/boot.sh")
}
