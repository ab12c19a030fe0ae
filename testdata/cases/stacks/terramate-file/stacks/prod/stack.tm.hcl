stack {
  name = "prod"
}
generate_file "userdata.yaml" {
  content = <<-EOT
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    eventRecordQPS: 5
    streamingConnectionIdleTimeout: 0s
  EOT
}
