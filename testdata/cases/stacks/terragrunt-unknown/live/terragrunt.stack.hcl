unit "a" {
  source = "${get_repo_root()}/units/nodes"
  path   = "a"
  values = {
    cluster = get_env("CLUSTER")
    idle    = "0"
  }
}
unit "b" {
  source = "../units/nodes"
  path   = "b"
  values = {
    cluster = "pond"
    idle    = get_env("IDLE")
  }
}
