module "nodes" {
  source = "./nodes"

  # The module makes flags of whatever stands here.
  kubelet = {
    streaming_connection_idle_timeout = "4h"
  }

  # This is for something else.
  kubelet_docs = "set --streaming-connection-idle-timeout=0 at your own risk"
}
