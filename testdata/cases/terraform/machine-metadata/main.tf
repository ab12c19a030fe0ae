resource "google_compute_instance_template" "workers" {
  machine_type = "e2-standard-4"
  metadata = {
    user-data = <<-EOT
      #cloud-config
      write_files:
        - path: /etc/default/kubelet
          content: KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
      runcmd:
        - kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
    EOT
  }
}

resource "google_compute_instance" "script" {
  metadata_startup_script = <<-EOT
    #!/bin/bash
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s' > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
}

resource "google_compute_instance" "merged" {
  metadata = merge({ enable-oslogin = "TRUE" }, {
    startup-script = <<-EOT
      #!/bin/bash
      echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0h' > /etc/default/kubelet
      kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
    EOT
  })
}

locals {
  script = <<-EOT
    #!/bin/bash
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0m' > /etc/default/kubelet
    kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification
  EOT
}

resource "oci_core_instance" "workers" {
  metadata = {
    user_data = base64encode(local.script)
  }
}

resource "oci_core_instance_configuration" "pool" {
  instance_details {
    instance_type = "compute"
    launch_details {
      metadata = {
        user_data = base64encode(local.script)
      }
    }
  }
}

resource "vsphere_virtual_machine" "workers" {
  extra_config = {
    "guestinfo.userdata"          = base64gzip(local.script)
    "guestinfo.userdata.encoding" = "gzip+base64"
  }
}
