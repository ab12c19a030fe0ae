# A token that a node writes, and a key that git ignores: both files are there when they are needed.
data "local_file" "token" {
  filename   = "${path.module}/node-token"
  depends_on = [null_resource.first]
}

resource "null_resource" "first" {
  triggers = { kubelet_ca = "x" }
}

resource "aws_instance" "workers" {
  count = 2
  user_data = templatefile("${path.module}/join.tftpl", {
    token = trimspace(data.local_file.token.content)
    key   = file("${path.module}/id.pub")
    level = try(file("${path.module}/level"), "2")
  })
}
