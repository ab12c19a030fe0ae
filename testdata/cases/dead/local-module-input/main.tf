module "nodes" {
  source = "./nodes"

  groups = {
    a = {
      bootstrap_args     = "--use-max-pods false"
      kubelet_extra_args = "--streaming-connection-idle-timeout=0"
    }
  }
}
