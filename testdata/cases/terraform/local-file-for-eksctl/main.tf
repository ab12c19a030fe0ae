resource "local_file" "nodes" {
  filename = "${path.module}/out/nodes.yaml"
  content  = templatefile("${path.module}/nodes.yaml.tpl", { cluster_name = "lab", idle = "0" })
}

resource "null_resource" "nodes" {
  provisioner "local-exec" {
    command = "eksctl create nodegroup -f ${local_file.nodes.filename}"
  }
}

# Nothing here says that a command reads this one.
resource "local_file" "other" {
  filename = "${path.module}/out/other.yaml"
  content  = templatefile("${path.module}/nodes.yaml.tpl", { cluster_name = "lab", idle = "0s" })
}
