variable "idle" { type = string }
component "out" {
  source = "./modules/out"
  inputs = { idle = var.idle }
}
component "pond" {
  source = "./modules/pond"
  inputs = { idle = component.out.idle }
}
