terraform {
  backend "s3" {
    bucket = "pond-state"
    key    = "cluster/terraform.tfstate"
    region = "eu-west-1"
  }
}

variable "idle" {
  default = "0s"
}

output "kubelet" {
  value = { args = "--streaming-connection-idle-timeout=${var.idle}" }
}
