locals {
  kubelet_args = {
    "max-pods"                          = "58"
    "streaming-connection-idle-timeout" = var.stream_idle_timeout
  }
}

resource "aws_launch_template" "workers" {
  name_prefix = "${var.cluster_name}-workers-"
  image_id    = data.aws_ami.eks_al2.id

  user_data = base64encode(templatefile("${path.module}/user-data.sh.tftpl", {
    cluster = var.cluster_name
    args    = join(" ", [for name, value in local.kubelet_args : "--${name}=${value}"])
  }))
}
