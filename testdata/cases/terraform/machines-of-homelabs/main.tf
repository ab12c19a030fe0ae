locals {
  cloud_config = <<-EOF
    #cloud-config
    write_files:
      - path: /etc/rancher/k3s/config.yaml
        content: |
          kubelet-arg: streaming-connection-idle-timeout=0
    runcmd:
      - curl -sfL https://get.k3s.io | sh -
  EOF
}

resource "proxmox_virtual_environment_file" "user" {
  content_type = "snippets"
  datastore_id = "local"
  node_name    = "pve"

  source_raw {
    data      = local.cloud_config
    file_name = "user.yaml"
  }
}

# Not what a machine boots with.
resource "proxmox_virtual_environment_file" "network" {
  content_type = "snippets"
  datastore_id = "local"
  node_name    = "pve"

  source_raw {
    data      = "version: 2\nethernets: {eth0: {dhcp4: true}}\n"
    file_name = "network.yaml"
  }
}

resource "incus_instance" "node" {
  name   = "node"
  image  = "images:debian/12/cloud"
  config = { "cloud-init.user-data" = local.cloud_config }
}

# The same key means nothing elsewhere.
resource "consul_service" "node" {
  name   = "node"
  config = { "cloud-init.user-data" = local.cloud_config }
}

resource "xenorchestra_cloud_config" "node" {
  name     = "node"
  template = local.cloud_config
}

resource "xenorchestra_vm" "node" {
  cloud_config = xenorchestra_cloud_config.node.template
}

resource "libvirt_ignition" "node" {
  name = "node"
  content = jsonencode({
    ignition = { version = "3.4.0" }
    systemd = { units = [{
      name     = "kubelet.service"
      enabled  = true
      contents = <<-EOF
        [Service]
        ExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0
        [Install]
        WantedBy=multi-user.target
      EOF
    }] }
  })
}

resource "vultr_startup_script" "node" {
  name   = "node"
  script = base64encode("#!/bin/sh\ncurl -sfL https://get.k3s.io | sh -s - --kubelet-arg=streaming-connection-idle-timeout=0\n")
}

resource "ssh_resource" "node" {
  host = "10.0.0.5"

  file {
    content     = "kubelet-arg: streaming-connection-idle-timeout=0"
    destination = "/etc/rancher/k3s/config.yaml"
  }
  commands = ["curl -sfL https://get.k3s.io | sh -"]
}

resource "azurerm_virtual_machine_extension" "node" {
  name               = "k3s"
  type               = "CustomScript"
  protected_settings = jsonencode({ commandToExecute = "curl -sfL https://get.k3s.io | sh -s - --kubelet-arg=streaming-connection-idle-timeout=0" })
}
