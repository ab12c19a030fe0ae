# The module is not on disk: what it does with its arguments is unknown.
module "nodes" {
  source = "git::https://git.example.com/platform/eks-nodes.git?ref=v3.2.0"

  cluster_name         = "prod"
  bootstrap_extra_args = "--kubelet-extra-args '--streaming-connection-idle-timeout=0s'"
}
