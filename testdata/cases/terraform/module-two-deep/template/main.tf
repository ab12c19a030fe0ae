variable "kubelet" {
  type = object({ idle = string })
}

resource "aws_launch_template" "this" {
  user_data = base64encode(templatefile("${path.module}/boot.tftpl", { idle = var.kubelet.idle }))
}
