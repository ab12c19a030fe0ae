data "terraform_remote_state" "options" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "options/terraform.tfstate"
  }
}
resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=${data.terraform_remote_state.options.outputs.idle}'
  EOT
  )
}
