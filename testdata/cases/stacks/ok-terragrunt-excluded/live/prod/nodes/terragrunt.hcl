terraform {
  source = "../../../modules/nodes"
}
exclude {
  if = true
  actions = ["all"]
}
inputs = {
  idle = "0s"
}
