module "none" {
  source = "git::https://git.example.com/platform/nodes.git"
  count  = 0

  extra_args = "--streaming-connection-idle-timeout=0"
}

module "off" {
  source = "git::https://git.example.com/platform/nodes.git"

  create     = false
  extra_args = "--streaming-connection-idle-timeout=0"
}
