resource "kops_cluster" "cluster" {
  name               = "c.example.com"
  kubernetes_version = "1.31.2"

  kubelet {
    streaming_connection_idle_timeout = "0s"

    anonymous_auth {
      value = false
    }
  }
}

resource "kops_instance_group" "nodes" {
  cluster_name = kops_cluster.cluster.id
  name         = "nodes"
  role         = "Node"

  kubelet {
    streaming_connection_idle_timeout = "0"
  }
}

resource "kops_instance_group" "plain" {
  cluster_name = kops_cluster.cluster.id
  name         = "plain"
  role         = "Node"
}
