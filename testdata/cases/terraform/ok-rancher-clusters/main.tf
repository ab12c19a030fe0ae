resource "rancher2_cluster_v2" "global" {
  name               = "lab"
  kubernetes_version = "v1.33.4+rke2r1"

  rke_config {
    machine_global_config = yamlencode({ kubelet-arg = ["streaming-connection-idle-timeout=1h"] })
  }
}

resource "rke_cluster" "lab" {
  services {
    kubelet {
      extra_args = { max-pods = "200" }
    }
    kube_api {
      extra_args = { streaming-connection-idle-timeout = "0" }
    }
  }
}
