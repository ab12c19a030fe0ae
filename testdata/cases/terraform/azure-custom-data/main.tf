resource "azurerm_linux_virtual_machine_scale_set" "workers" {
  name        = "workers"
  custom_data = base64encode(<<-EOT
    #!/bin/bash
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
  )
}

locals {
  boot = base64encode(<<-EOT
    #cloud-config
    write_files:
      - path: /etc/default/kubelet
        content: KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0s"
    runcmd:
      - kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
  )
}

resource "azurerm_linux_virtual_machine" "one" {
  custom_data = local.boot
}

resource "azurerm_virtual_machine" "old" {
  os_profile {
    computer_name = "old"
    custom_data   = <<-EOT
    #!/bin/bash
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0h' > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
    EOT
  }
}
