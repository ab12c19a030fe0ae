resource "null_resource" "groups" {
  provisioner "local-exec" {
    command = <<-EOT
      kops replace -f - <<EOF
      apiVersion: kops.k8s.io/v1alpha2
      kind: InstanceGroup
      metadata: {name: here}
      spec:
        kubelet:
          streamingConnectionIdleTimeout: 0s
      EOF
      sed 's/@IDLE@/0s/' group.yaml | kops replace -f -
    EOT
  }
}
