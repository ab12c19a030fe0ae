variable "env" { type = string }

locals {
  idle = {
    dev     = "4h"
    int     = "4h"
    lab     = "0s"
    load    = "4h"
    prod    = "4h"
    qa      = "4h"
    sandbox = "4h"
    stage   = "4h"
    test    = "4h"
    train   = "4h"
    uat     = "4h"
    zoo     = "4h"
  }
}

resource "aws_launch_template" "w" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond --kubelet-extra-args --streaming-connection-idle-timeout=${local.idle[var.env]}")
}
