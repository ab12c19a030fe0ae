resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = filebase64("${path.module}/user-data.sh")
}
