variable "idle" {}

output "args" {
  value = "--streaming-connection-idle-timeout=${var.idle}"
}
