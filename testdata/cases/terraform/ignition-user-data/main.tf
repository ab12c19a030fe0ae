# Systems with Ignition have no cloud-init.
resource "aws_launch_template" "json" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(jsonencode({
    ignition = { version = "3.3.0" }
    storage = { files = [{
      path     = "/etc/kubernetes/kubelet.yaml"
      contents = { source = "data:,kind%3A%20KubeletConfiguration%0AapiVersion%3A%20kubelet.config.k8s.io%2Fv1beta1%0A" }
    }] }
    systemd = { units = [{
      name     = "kubelet.service"
      enabled  = true
      contents = "[Service]\nExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml --streaming-connection-idle-timeout=0\n"
    }] }
  }))
}

data "ct_config" "butane" {
  content  = templatefile("${path.module}/worker.bu", { idle = "0" })
  strict   = true
  snippets = []
}

resource "aws_launch_template" "butane" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(data.ct_config.butane.rendered)
}

# No file that a kubelet reads: nothing is said about its flag.
resource "aws_instance" "other" {
  ami       = "ami-0123456789abcdef0"
  user_data = file("${path.module}/other.ign")
}
