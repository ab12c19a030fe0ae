resource "null_resource" "groups" {
  provisioner "local-exec" {
    command = "sed 's/@IDLE@/0s/' group.yaml | kops replace -f -"
  }
}
