variable "idle" {
  type = string
}

resource "helm_release" "nodes" {
  name  = "nodes"
  chart = "./chart"

  set = [{
    name  = "idle"
    value = var.idle
  }]
}
