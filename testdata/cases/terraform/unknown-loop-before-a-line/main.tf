variable "folder" {
  type = string
}
resource "aws_launch_template" "a" {
  user_data = base64encode(templatefile("${path.module}/cloud-init.yaml.tpl", {
    manifests = { for f in fileset(var.folder, "*.yaml") : f => base64gzip(file("${var.folder}/${f}")) }
  }))
}
