variable "idle" { default = "0" }

# As Terraform 0.11 allows it.
data "template_file" "worker" {
  template = "${file("${path.module}/worker.sh")}"

  vars {
    cluster = "main"
    idle    = "${var.idle}"
  }
}

resource "aws_launch_configuration" "worker" {
  user_data = "${data.template_file.worker.rendered}"
}
