variable "debug" {}

variable "idle" {
  default = "0s"
}

resource "aws_launch_template" "workers" {
  user_data = base64encode(templatefile("${path.module}/user-data.sh.tftpl", { idle = var.idle }))
}

resource "aws_launch_template" "debug" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${var.debug ? "0" : "1h"}'
  EOT
  )
}

resource "aws_launch_template" "old" {
  user_data = "IyEvYmluL2Jhc2gKL2V0Yy9la3MvYm9vdHN0cmFwLnNoIGMgLS1rdWJlbGV0LWV4dHJhLWFyZ3MgJy0tc3RyZWFtaW5nLWNvbm5lY3Rpb24taWRsZS10aW1lb3V0PTAn"
}

resource "aws_launch_template" "accepted" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    # kubelet-lint: ignore[zero-streaming-idle-timeout] the build farm needs it
    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  EOT
  )
}
