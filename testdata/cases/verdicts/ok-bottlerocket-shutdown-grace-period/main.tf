resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    [settings.kubernetes]
    shutdown-grace-period = "0s"

  EOT
  )
}
resource "aws_eks_node_group" "n" {
  cluster_name = "c"
  node_group_name = "n"
  ami_type = "BOTTLEROCKET_x86_64"
  launch_template {
    id = aws_launch_template.a.id
    version = "1"
  }
}
