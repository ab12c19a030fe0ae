terraform {
  backend "s3" {}
}
output "idle" {
  value = "0s"
}
