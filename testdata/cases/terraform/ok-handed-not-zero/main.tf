module "nodes" {
  source = "git::https://git.example.com/platform/nodes.git"

  bootstrap_extra_args              = "--kubelet-extra-args '--streaming-connection-idle-timeout=4h'"
  streaming_connection_idle_timeout = "30m"
  description                       = "never --streaming-connection-idle-timeout=${var.unknown}"
}

variable "unknown" {
  type = string
}
