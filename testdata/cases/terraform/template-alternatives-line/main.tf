variable "audit" { type = bool }
variable "metrics" { type = bool }
variable "storage" { type = bool }
variable "policy" { type = bool }
variable "mesh" { type = bool }
variable "backup" { type = bool }

# The loop has more alternatives than are kept apart; what follows it begins a line all the same.
resource "aws_instance" "server" {
  user_data = templatefile("${path.module}/cloud-init.yaml.tpl", {
    manifests = merge(
      { "base.yaml" = "YQ==" },
      var.audit ? { "audit.yaml" = "YQ==" } : {},
      var.metrics ? { "metrics.yaml" = "YQ==" } : {},
      var.storage ? { "storage.yaml" = "YQ==" } : {},
      var.policy ? { "policy.yaml" = "YQ==" } : {},
      var.mesh ? { "mesh.yaml" = "YQ==" } : {},
    )
    backup = var.backup
  })
}
