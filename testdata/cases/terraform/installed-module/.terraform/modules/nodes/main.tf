variable "idle" {
  type = string
}

resource "aws_launch_template" "workers" {
  user_data = base64encode(templatefile("${path.module}/boot.sh", { idle = var.idle }))
}
