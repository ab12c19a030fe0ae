terraform {
  backend "s3" {
    bucket = "states"
  }
}
output "idle" {
  value = "0"
}
