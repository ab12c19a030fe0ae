# None of these keys is read at boot, or the kubelet gets four hours.
resource "google_compute_instance" "labels" {
  metadata = {
    note = "#!/bin/bash\necho 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet\nkubeadm join 10.0.0.1:6443\n"
  }
}

resource "azurerm_linux_virtual_machine" "workers" {
  custom_data = base64encode(<<-EOT
    #!/bin/bash
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=4h' > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
  )
}

resource "vsphere_virtual_machine" "workers" {
  extra_config = {
    "guestinfo.userdata.encoding" = "base64"
  }
}
