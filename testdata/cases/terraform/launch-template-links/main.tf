resource "aws_eks_cluster" "this" {
  name    = "prod"
  version = "1.32"
}

module "template" {
  source = "./template"
}

locals {
  template = module.template.template_id
}

resource "aws_eks_node_group" "plain" {
  cluster_name = aws_eks_cluster.this.name

  launch_template {
    id      = local.template
    version = "$Latest"
  }
}

resource "aws_launch_template" "named" {
  name     = "gpu-${aws_eks_cluster.this.version}"
  image_id = "resolve:ssm:/aws/service/eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  EOT
  )
}

resource "aws_eks_node_group" "named" {
  for_each     = toset(["a", "b"])
  cluster_name = "prod"
  ami_type     = "CUSTOM"

  launch_template {
    name    = "gpu-1.32"
    version = "1"
  }
}
