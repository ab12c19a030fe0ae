data "ct_config" "worker" {
  content  = file("worker.yaml")
  strict   = true
  snippets = [file("kubelet.yaml")]
}

resource "aws_instance" "worker" {
  ami       = "ami-1"
  user_data = data.ct_config.worker.rendered
}
