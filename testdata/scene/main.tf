module "workers" {
  source = "./modules/workers"
  debug  = var.debug
}

variable "debug" {}
