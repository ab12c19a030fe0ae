terraform {
  source = "../modules/workers"
}

generate "values" {
  path      = "pond.auto.tfvars"
  if_exists = "overwrite"
  contents  = <<-EOT
    idle = "0s"
  EOT
}
