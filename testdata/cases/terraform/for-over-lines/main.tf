variable "pools" {
  type    = map(string)
  default = { blue = "4h", green = "" }
}

locals {
  idle = { for name, t in var.pools : name => t != "" ? t :
    name == "green" ? "0s" :
  "1h" }
  flags = {
    for name, t in local.idle : # one for each pool
    name => join("=", [
      "--streaming-connection-idle-timeout",
      t # as above
    ])
    if t
    != "4h"
  }
}

resource "aws_launch_template" "workers" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args ${local.flags["green"]}")
}

resource "aws_launch_template" "in_a_directive" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    %{ if length(local.flags) > 0 &&
  local.idle["green"] == "0s" ~}
    /etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    %{ endif ~}
  EOT
  )
}
