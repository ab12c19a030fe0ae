variable "groups" {
  type = any
}

resource "aws_launch_template" "nodes" {
  for_each = var.groups

  image_id = "resolve:ssm:/aws/service/eks/optimized-ami/1.29/amazon-linux-2/recommended/image_id"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh cluster ${each.value.bootstrap_args}
  EOT
  )
}
