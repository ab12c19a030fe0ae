variable "idle" { type = string }
component "nodes" {
  source = "./nodes"
  inputs = { idle = var.idle }
}
