resource "null_resource" "n" {
  provisioner "local-exec" {
    command = "envsubst < ${path.module}/nc.yaml | kubectl apply -f -"
    environment = {
      IDLE = "0s"
    }
  }
}
resource "null_resource" "gone" {
  provisioner "local-exec" {
    when    = destroy
    command = "IDLE=0 envsubst < nc.yaml | kubectl delete -f -"
  }
}
