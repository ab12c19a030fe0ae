variable "idle" {}

module "template" {
  source = "../template"
  kubelet = {
    idle = var.idle
  }
}
