unit "nodes" {
  source = "../../units/nodes"
  path   = "nodes"
  values = {
    idle    = values.idle
    cluster = "pond"
  }
}
