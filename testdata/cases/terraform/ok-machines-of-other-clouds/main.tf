locals {
  script = <<-EOT
    #!/bin/bash
    echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
}

resource "google_compute_region_instance_template" "workers" {
  metadata = { "startup-script" = local.script }
}

resource "google_compute_project_metadata" "all" {
  metadata = { startup-script = local.script }
}

resource "oci_core_instance" "workers" {
  extended_metadata = { user_data = base64encode(local.script) }
}

resource "oci_containerengine_node_pool" "workers" {
  node_metadata = { user_data = base64encode(local.script) }
}

resource "azurerm_linux_virtual_machine" "workers" {
  user_data = base64encode(local.script)
}

resource "azurerm_orchestrated_virtual_machine_scale_set" "workers" {
  os_profile {
    custom_data = base64encode(local.script)
  }
}

resource "vsphere_virtual_machine" "workers" {
  vapp {
    properties = { user-data = base64encode(local.script) }
  }
}

resource "rancher2_machine_config_v2" "workers" {
  generate_name = "workers"
  amazonec2_config {
    userdata = local.script
  }
}
