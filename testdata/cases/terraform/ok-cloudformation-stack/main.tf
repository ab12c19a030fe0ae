variable "idle" { default = "4h" }
resource "aws_cloudformation_stack" "nodes" {
  name          = "nodes"
  template_body = file("${path.module}/nodes.yaml")
  parameters    = { Idle = var.idle }
}
