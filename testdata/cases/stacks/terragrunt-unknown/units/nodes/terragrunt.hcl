terraform {
  source = "${get_repo_root()}/modules/nodes"
}
inputs = {
  idle    = try(values.idle, "4h")
  cluster = values.cluster
}
