variable "idle" {
  type    = string
  default = "0s"
}

variable "enabled" {
  type    = bool
  default = false
}

module "pool" {
  source = "../../modules/pool"
  name   = "stage"
  idle   = var.idle
}

module "batch" {
  source  = "../../modules/pool"
  name    = "batch"
  enabled = var.enabled
}
