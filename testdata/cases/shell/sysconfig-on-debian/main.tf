locals {
  join = <<-EOT
    echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/sysconfig/kubelet
    kubeadm join --token a.b 10.0.0.1:6443
  EOT
}

# Packages for Debian read /etc/default/kubelet.
resource "aws_launch_template" "debian_1_30" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    apt-get update
    apt-get install -y kubelet=1.30.1-1.1 kubeadm=1.30.1-1.1
    ${local.join}
  EOT
  )
}

# Early packages of 1.24 to 1.28 read the other file.
resource "aws_launch_template" "debian" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    apt-get install -y kubelet kubeadm
    ${local.join}
  EOT
  )
}

resource "aws_launch_template" "red_hat" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    dnf install -y kubelet kubeadm
    ${local.join}
  EOT
  )
}

resource "aws_launch_template" "named_by_a_drop_in" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    apt-get install -y kubelet=1.30.1-1.1 kubeadm=1.30.1-1.1
    mkdir -p /etc/systemd/system/kubelet.service.d
    printf '[Service]\nEnvironmentFile=/etc/sysconfig/kubelet\n' > /etc/systemd/system/kubelet.service.d/20-own.conf
    ${local.join}
  EOT
  )
}
