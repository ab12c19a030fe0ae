variable "gpu" { type = bool }
variable "spot" { type = bool }
variable "debug" { type = bool }
variable "large" { type = bool }
variable "local_disk" { type = bool }
variable "private" { type = bool }
variable "extra" { type = map(string) }

locals {
  labels = concat(
    var.gpu ? ["gpu=true"] : [],
    var.spot ? ["spot=true"] : [],
    var.large ? ["size=large"] : [],
    var.local_disk ? ["disk=local"] : [],
    var.private ? ["net=private"] : [],
    var.debug ? ["debug=true"] : [],
  )
  args = join(" ", concat(["--node-labels=${join(",", local.labels)}"], ["--streaming-connection-idle-timeout=0"]))

  config = merge(
    { apiVersion = "kubelet.config.k8s.io/v1beta1", kind = "KubeletConfiguration", syncFrequency = "0s" },
    var.gpu ? { topologyManagerPolicy = "single-numa-node" } : {},
    var.spot ? { maxPods = 58 } : {},
    var.large ? { maxPods = 250 } : {},
    var.local_disk ? { containerLogMaxSize = "50Mi" } : {},
    var.private ? { registryPullQPS = 5 } : {},
    var.debug ? { enableDebuggingHandlers = true } : {},
  )

  flags = join(" ", [for name, value in merge(var.extra, { "runtime-request-timeout" = "0" }) : "--${name}=${value}"])
}

resource "aws_launch_template" "arguments" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '${local.args}'\n")
}

resource "aws_launch_template" "file" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo '${jsonencode(local.config)}' > /etc/kubernetes/kubelet/kubelet-config.json
    /etc/eks/bootstrap.sh demo
  EOT
  )
}

resource "aws_launch_template" "flags" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '${local.flags}'\n")
}
