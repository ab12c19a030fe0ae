output "idle" {
  value = "0s"
}
