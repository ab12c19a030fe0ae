variable "kubelet" {
  type = map(string)
}

variable "kubelet_docs" {}

resource "aws_ssm_parameter" "docs" {
  name  = "/docs/kubelet"
  value = var.kubelet_docs
}

resource "aws_launch_template" "nodes" {
  image_id = "resolve:ssm:/aws/service/eks/optimized-ami/1.29/amazon-linux-2/recommended/image_id"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh cluster --kubelet-extra-args '${join(" ", [for k, v in var.kubelet : "--${replace(k, "_", "-")}=${v}"])}'
  EOT
  )
}
