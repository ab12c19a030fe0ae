variable "spot" {
  type = bool
}

module "spot" {
  source = "./nodes"
  count  = var.spot ? 1 : 0
}
