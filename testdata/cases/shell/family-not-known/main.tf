resource "aws_launch_template" "x" {
  name      = "x"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    mkdir -p /etc/systemd/system/kubelet.service.d
    cat > /etc/systemd/system/kubelet.service.d/20-x.conf <<'EOC'
    [Service]
    Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
    EOC
  EOT
  )
}
resource "aws_launch_template" "y" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    if grep -q 'VERSION="2023"' /etc/os-release; then
      sed -i 's/$/ --streaming-connection-idle-timeout=0/' /etc/eks/kubelet/environment
    else
      /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    fi
  EOT
  )
}
resource "aws_launch_template" "z" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    if [ -x /usr/bin/nodeadm ]; then
      mkdir -p /etc/eks/nodeadm.d
      echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /etc/eks/nodeadm.d/x.json
    else
      /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    fi
  EOT
  )
}
resource "aws_launch_template" "w" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
    echo "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0" >> /etc/sysconfig/kubelet
    for f in /etc/kubernetes/kubelet/config.json /etc/kubernetes/kubelet/kubelet-config.json; do
      [ -f $f ] && sed -i 's/"2m0s"/"0s"/' $f
    done
  EOT
  )
}
