store "varset" "s" {
  id = "x"
  category = "terraform"
}
deployment "prod" {
  inputs = { idle = store.varset.s.idle }
}
