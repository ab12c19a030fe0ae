# Talos reads its configuration from user data. It has no cloud-init.
resource "aws_launch_template" "worker" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(templatefile("${path.module}/worker.yaml.tpl", {
    version = "v1.33.1"
    idle    = "0"
  }))
}

# Nothing here is about a timeout.
resource "aws_instance" "plain" {
  ami       = "ami-0123456789abcdef0"
  user_data = <<-EOT
    version: v1alpha1
    machine:
      type: worker
      kubelet:
        image: ghcr.io/siderolabs/kubelet:v1.33.1
  EOT
}
