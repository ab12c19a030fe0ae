variable "idle" { type = string }
component "pond" {
  source = "../modules/pond"
  inputs = { idle = var.idle }
}
