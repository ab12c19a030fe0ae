unit "nodes" {
  source = "../units/nodes"
  path   = "nodes"
  values = {
    cluster = "pond"
  }
}
unit "other" {
  source = "github.com/acme/units//other"
  path   = "other"
}
