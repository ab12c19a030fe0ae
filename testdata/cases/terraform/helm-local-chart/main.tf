variable "idle" {
  default = "0s"
}

# What stands in the chart's own values is not what it is released with.
resource "helm_release" "nodes" {
  for_each = { builds = var.idle, web = "2h" }

  name   = each.key
  chart  = "${path.module}/charts/nodes"
  values = [yamlencode({ class = { name = each.key, idle = each.value } })]

  set {
    name  = "class.enabled"
    value = true
  }
}
