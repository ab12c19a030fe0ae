resource "aws_cloudformation_stack" "nodes" {
  name          = "nodes"
  template_body = file("${path.module}/nodes.yaml")
  parameters    = { Args = "--kubelet-extra-args --streaming-connection-idle-timeout=0" }
}
