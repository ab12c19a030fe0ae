resource "kind_cluster" "lab" {
  name = "lab"
  kind_config {
    kind        = "Cluster"
    api_version = "kind.x-k8s.io/v1alpha4"
    node {
      role                   = "worker"
      kubeadm_config_patches = [file("${path.module}/join.yaml")]
    }
  }
}

resource "rke_cluster" "lab" {
  cluster_yaml = file("${path.module}/cluster.yml")
}

resource "rancher2_cluster_v2" "lab" {
  name               = "lab"
  kubernetes_version = "v1.33.4+rke2r1"
  rke_config {
    machine_selector_config {
      config = file("${path.module}/machines.yaml")
    }
  }
}

data "talos_machine_configuration" "workers" {
  machine_type   = "worker"
  config_patches = [file("${path.module}/machine.yaml")]
}
