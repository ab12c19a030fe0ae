variable "a" { type = bool }
locals {
  list = ["x", var.a ? "--streaming-connection-idle-timeout=0" : "--v=2"]
  m    = { one = var.a ? "1" : "2", two = local.list }
  d    = formatdate("YYYY-MM-DD hh:mm ZZZ ZZZZ ZZZZZ", "2020-01-02T03:04:05+01:30")
}
resource "aws_launch_template" "a" {
  user_data = base64encode(jsondecode(jsonencode({ s = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '${join(" ", reverse(local.list))}' # ${local.d} ${join(",", flatten([for k, v in local.m : v]))}" })).s)
}
variable "l" { default = ["--streaming-connection-idle-timeout=0"] }
resource "aws_launch_template" "l" {
  user_data = "${base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '${var.l.0}'")}"
}
