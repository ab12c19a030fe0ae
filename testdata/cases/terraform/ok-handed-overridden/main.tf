# The last flag of a text wins.
module "nodes" {
  source = "git::https://git.example.com/platform/nodes.git"

  extra_args = "--streaming-connection-idle-timeout=0 --streaming-connection-idle-timeout=4h"
  script     = <<-EOT
    # kubelet --streaming-connection-idle-timeout=0
    echo hello
  EOT
}
