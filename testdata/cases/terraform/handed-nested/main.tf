locals {
  pools = {
    web = { extra_args = ["--max-pods=50", "--streaming-connection-idle-timeout=0"] }
    job = { extra_args = ["--max-pods=20", "--streaming-connection-idle-timeout=1h"] }
    old = { create = false, extra_args = ["--streaming-connection-idle-timeout=0"] }
  }
}

module "all" {
  source = "git::https://git.example.com/platform/pools.git//fleet?ref=v1"

  node_groups = local.pools
}

module "each" {
  source   = "git::https://git.example.com/platform/pools.git//one?ref=v1"
  for_each = local.pools

  extra_args = each.value.extra_args
}
