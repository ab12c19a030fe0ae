# A library: who uses it says which groups there are.
variable "groups" {
  type    = map(object({ idle = optional(string) }))
  default = {}
}

module "nodes" {
  source   = "./modules/nodes"
  for_each = var.groups
  idle     = each.value.idle
}
