resource "aws_launch_template" "a" {
  image_id = "ami-1"
  user_data = base64encode(<<-E
    #!/bin/bash
    mkdir -p /var/lib/rancher/k3s/agent/etc/kubelet.conf.d
    echo 'streamingConnectionIdleTimeout: 0s' > /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99.conf
    curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION=v1.33.1+k3s1 sh -
  E
  )
}
