variable "idle" { default = "0" }

# As Terraform 0.11 allows it.
data "template_file" "worker" {
  template = "${file("${path.module}/worker.sh")}"

  vars {
    cluster = "${lookup(map("name", "main"), "name")}"
    "idle"  = "${element(list("4h", var.idle), 1)}"
  }
}

resource "aws_launch_configuration" "worker" {
  user_data = "${element(data.template_file.worker.*.rendered, count.index)}"
}

resource "aws_autoscaling_group" "worker" {
  tag = { key = "Name", value = "main" }
  tag = { key = "kubernetes.io/cluster/main", value = "owned" }
  tags {
    "kubernetes.io/cluster/${var.idle}" = "owned"
  }
}
