# A module for others: it has no backend, and nothing applies it.
variable "pool" {
  type    = object({ size = number })
  default = null
}

variable "node_groups" {
  type    = map(any)
  default = {}
}

variable "al2023" {
  type    = bool
  default = true
}

variable "ami" {
  default = ""
}

variable "extra_args" {
  type    = list(string)
  default = []
}

resource "aws_launch_template" "pool" {
  count     = var.pool != null ? 1 : 0
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=0")
}

resource "aws_launch_template" "groups" {
  for_each  = var.node_groups
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh ${each.key} --kubelet-extra-args --streaming-connection-idle-timeout=0s")
}

locals {
  new = "#!/bin/bash\necho none\n"
  old = "#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=0h\n"
}

resource "aws_launch_template" "family" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(var.al2023 ? local.new : local.old)
}

resource "aws_launch_template" "custom" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    %{ if length(var.ami) > 0 ~}
    /etc/eks/bootstrap.sh lab --kubelet-extra-args --streaming-connection-idle-timeout=0m
    %{ endif ~}
  EOT
  )
}

# The arguments of callers come before the zero.
resource "aws_launch_template" "certain" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lab --kubelet-extra-args '${join(" ", var.extra_args)} --streaming-connection-idle-timeout=0ms'")
}
