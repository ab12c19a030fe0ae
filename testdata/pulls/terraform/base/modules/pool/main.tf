resource "aws_launch_template" "pool" {
  count     = var.enabled ? 1 : 0
  name      = var.name
  user_data = base64encode(templatefile("${path.module}/boot.sh.tftpl", { idle = var.idle }))
}
