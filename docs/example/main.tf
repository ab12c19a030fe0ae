variable "idle_timeout" {
  type    = string
  default = "0s"
}

data "cloudinit_config" "node" {
  gzip          = true
  base64_encode = true

  part {
    content_type = "application/node.eks.aws"
    content      = templatefile("${path.module}/node.yaml.tftpl", { idle = var.idle_timeout })
  }
}

resource "aws_launch_template" "node" {
  name_prefix = "node-"
  user_data   = data.cloudinit_config.node.rendered
}
