variable "stream_timeout" {
  default = "0s"
}

resource "aws_launch_template" "al2023" {
  name     = "al2023"
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(templatefile("${path.module}/node-config.yaml.tftpl", {
    timeout = var.stream_timeout
  }))
}
