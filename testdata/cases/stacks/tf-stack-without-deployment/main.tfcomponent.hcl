variable "idle" {
  type    = string
  default = "0"
}
component "nodes" {
  source = "./nodes"
  inputs = {
    idle = var.idle
  }
}
