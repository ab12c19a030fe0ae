resource "rancher2_cluster_v2" "global" {
  name               = "lab"
  kubernetes_version = "v1.33.4+rke2r1"

  rke_config {
    machine_global_config = <<-EOF
      cni: cilium
      kubelet-arg:
        - max-pods=200
        - streaming-connection-idle-timeout=0
    EOF
  }
}

resource "rancher2_cluster_v2" "selected" {
  name               = "lab"
  kubernetes_version = "v1.33.4+k3s1"

  rke_config {
    machine_selector_config {
      config = yamlencode({ protect-kernel-defaults = false })
    }
    machine_selector_config {
      config = yamlencode({ kubelet-arg = ["streaming-connection-idle-timeout=0s"] })
    }
  }
}

resource "rke_cluster" "lab" {
  services {
    kubelet {
      extra_args = {
        streaming-connection-idle-timeout = "0h"
      }
    }
  }
}

resource "rancher2_cluster" "old" {
  rke_config {
    services {
      kubelet {
        extra_args = {
          streaming-connection-idle-timeout = "0m"
        }
      }
    }
  }
}
