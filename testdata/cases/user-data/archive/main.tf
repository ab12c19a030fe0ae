resource "aws_launch_template" "workers" {
  name      = "workers"
  user_data = base64encode(file("${path.module}/user-data.yaml"))
}
