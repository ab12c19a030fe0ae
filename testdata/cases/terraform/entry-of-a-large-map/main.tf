variable "env" {}
locals {
  m = {
    e0 = "0s"
    e1 = "0s"
    e2 = "4h"
    e3 = "4h"
    e4 = "4h"
    e5 = "4h"
    e6 = "4h"
    e7 = "4h"
    e8 = "4h"
    e9 = "4h"
    e10 = "4h"
    e11 = "4h"
    e12 = "4h"
    e13 = "4h"
    e14 = "4h"
    e15 = "4h"
    e16 = "4h"
    e17 = "4h"
    e18 = "4h"
    e19 = "4h"
    e20 = "4h"
    e21 = "4h"
    e22 = "4h"
    e23 = "4h"
    e24 = "4h"
    e25 = "4h"
    e26 = "4h"
    e27 = "4h"
    e28 = "4h"
    e29 = "4h"
    e30 = "0s"
    e31 = "0s"
    e32 = "0s"
  }
}
resource "aws_launch_template" "w" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${local.m[var.env]}'
  EOT
  )
}
