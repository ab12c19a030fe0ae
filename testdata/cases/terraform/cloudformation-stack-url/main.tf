resource "aws_s3_object" "t" {
  bucket = "templates"
  key    = "cfn/nodes.yaml"
  source = "${path.module}/cfn/nodes.yaml"
}
resource "aws_cloudformation_stack" "nodes" {
  name         = "nodes"
  template_url = "https://templates.s3.amazonaws.com/cfn/nodes.yaml"
  parameters   = { Args = "--kubelet-extra-args --streaming-connection-idle-timeout=0" }
}
