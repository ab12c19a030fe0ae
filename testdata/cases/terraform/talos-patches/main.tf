resource "talos_machine_secrets" "lab" {}

data "talos_machine_configuration" "workers" {
  cluster_name     = "lab"
  machine_type     = "worker"
  cluster_endpoint = "https://10.0.0.1:6443"
  machine_secrets  = talos_machine_secrets.lab.machine_secrets
  config_patches = [
    yamlencode({ machine = { kubelet = { extraArgs = { "streaming-connection-idle-timeout" = "0" } } } }),
  ]
}

data "talos_machine_configuration" "changed" {
  cluster_name     = "lab"
  machine_type     = "worker"
  cluster_endpoint = "https://10.0.0.1:6443"
  machine_secrets  = talos_machine_secrets.lab.machine_secrets
  config_patches = [
    jsonencode([
      { op = "add", path = "/machine/kubelet/extraArgs", value = { streaming-connection-idle-timeout = "0s" } },
    ]),
  ]
}

resource "talos_machine_configuration_apply" "workers" {
  machine_configuration_input = data.talos_machine_configuration.workers.machine_configuration
  node                        = "10.0.0.2"
  config_patches = [
    <<-EOT
    machine:
      kubelet:
        extraConfig:
          streamingConnectionIdleTimeout: 4h
        extraArgs:
          streaming-connection-idle-timeout: 0h
    EOT
  ]
}
