# The second patch is merged over the first one.
data "talos_machine_configuration" "workers" {
  cluster_name     = "lab"
  machine_type     = "worker"
  cluster_endpoint = "https://10.0.0.1:6443"
  machine_secrets  = talos_machine_secrets.lab.machine_secrets
  config_patches = [
    yamlencode({ machine = { kubelet = { extraArgs = { "streaming-connection-idle-timeout" = "0" } } } }),
    yamlencode({ machine = { kubelet = { extraArgs = { "streaming-connection-idle-timeout" = "2h" } } } }),
  ]
}
