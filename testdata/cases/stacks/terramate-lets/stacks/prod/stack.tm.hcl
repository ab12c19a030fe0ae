stack {
  name = "prod"
}
globals "kubelet" {
  idle = "0"
}
