module "nodes" {
  source  = "app.terraform.io/acme/nodes/aws"
  version = "~> 3.0"

  streaming_connection_idle_timeout = "0s"

  kubelet_config = {
    streamingConnectionIdleTimeout = 0
    syncFrequency                  = "0s"
  }
}
