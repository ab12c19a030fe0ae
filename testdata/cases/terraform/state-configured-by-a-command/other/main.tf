terraform {
  backend "s3" {
    key = "other"
  }
}
output "idle" {
  value = "4h"
}
