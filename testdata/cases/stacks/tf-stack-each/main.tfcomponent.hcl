variable "idle" { type = map(string) }
locals {
  cluster = "pond"
}
component "cluster" {
  source = "./cluster"
}
component "nodes" {
  for_each = var.idle
  source   = "./nodes"
  inputs = {
    idle    = each.value
    cluster = component.cluster.name
  }
}
