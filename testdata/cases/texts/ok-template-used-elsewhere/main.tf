resource "aws_launch_template" "workers" {
  user_data = base64encode(templatefile("${path.module}/boot.tftpl", { idle = "30m" }))
}
