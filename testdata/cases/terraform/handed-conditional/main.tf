variable "debug" {
  type = bool
}

variable "pools" {
  type = number
}

module "nodes" {
  source = "git::https://git.example.com/platform/nodes.git"
  count  = var.pools

  extra_args = var.debug ? "--streaming-connection-idle-timeout=0" : ""
}
