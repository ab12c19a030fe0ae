include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

terraform {
  source = "git::https://git.example.com/platform/nodes.git//eks?ref=v2"
}

inputs = {
  name                              = "prod"
  bootstrap_extra_args              = "--kubelet-extra-args '--streaming-connection-idle-timeout=${include.root.locals.idle}'"
  node_status_update_frequency      = "10s"
  streaming_connection_idle_timeout = include.root.locals.idle
}
