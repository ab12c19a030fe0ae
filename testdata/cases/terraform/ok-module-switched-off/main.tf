variable "spot" {
  type    = bool
  default = false
}

variable "replicas" {
  default = 0
}

locals {
  on = var.spot && var.replicas > 0
}

module "spot" {
  source = "./nodes"
  count  = var.spot ? 1 : 0
}

module "also" {
  source   = "./nodes"
  for_each = local.on ? toset(["a"]) : toset([])
}

module "many" {
  source = "./nodes"
  count  = var.replicas
}
