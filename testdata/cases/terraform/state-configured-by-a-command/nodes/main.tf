data "terraform_remote_state" "network" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "network/terraform.tfstate"
  }
}
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${data.terraform_remote_state.network.outputs.idle}'
  EOT
  )
}
