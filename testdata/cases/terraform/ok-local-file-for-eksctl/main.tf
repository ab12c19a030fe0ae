resource "local_file" "nodes" {
  filename = "out/nodes.yaml"
  content  = templatefile("${path.module}/nodes.yaml.tpl", { cluster_name = "lab", idle = "4h" })

  provisioner "local-exec" {
    command = "eksctl create nodegroup --config-file=out/nodes.yaml"
  }
}
