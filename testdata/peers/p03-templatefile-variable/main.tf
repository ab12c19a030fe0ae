variable "idle_timeout" {
  type    = string
  default = "0s"
}

resource "aws_launch_template" "workers" {
  name_prefix = "workers-"
  user_data   = base64encode(templatefile("${path.module}/user-data.sh.tftpl", { streaming_connection_idle_timeout = var.idle_timeout }))
}
