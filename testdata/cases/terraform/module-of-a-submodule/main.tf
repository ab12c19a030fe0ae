# The folder of a submodule that is not checked out has no files.
module "nodes" {
  source       = "./modules/nodes"
  kubelet_args = ["--streaming-connection-idle-timeout=0"]
}
