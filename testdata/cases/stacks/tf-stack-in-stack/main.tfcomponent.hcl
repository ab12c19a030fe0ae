variable "idles" { type = map(string) }
stack "inner" {
  for_each = var.idles
  source = "./inner"
  inputs = { idle = each.value }
}
