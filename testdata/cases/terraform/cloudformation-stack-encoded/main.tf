resource "aws_cloudformation_stack" "nodes" {
  name = "nodes"
  template_body = jsonencode({
    Resources = {
      Lt = {
        Type = "AWS::EC2::LaunchTemplate"
        Properties = { LaunchTemplateData = {
          ImageId = "ami-0123456789abcdef0"
          UserData = base64encode(<<-EOF
          #!/bin/bash
          /etc/eks/bootstrap.sh pond --kubelet-extra-args --streaming-connection-idle-timeout=0
          EOF
          )
        } }
      }
    }
  })
}
