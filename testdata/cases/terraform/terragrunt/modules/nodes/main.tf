variable "kubelet_args" {
  type    = list(string)
  default = []
}

variable "cluster" {
  type = string
}

resource "aws_launch_template" "this" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh ${var.cluster} --kubelet-extra-args '${join(" ", var.kubelet_args)}'
  EOT
  )
}
