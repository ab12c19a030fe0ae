terraform {
  cloud {
    organization = "pond"
    workspaces {
      name = "values"
    }
  }
}

variable "idle" {
  default = "0h"
}

output "idle" {
  value = var.idle
}
