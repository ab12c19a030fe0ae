output "idle" {
  value = "0m"
}
