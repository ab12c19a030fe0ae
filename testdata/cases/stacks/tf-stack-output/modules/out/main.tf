variable "idle" {}
output "idle" { value = var.idle }
