resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    curl -sfL https://get.k3s.io | INSTALL_K3S_SKIP_START=true sh -
    mkdir -p /etc/rancher/k3s
    printf 'kubelet-arg:\n  - streaming-connection-idle-timeout=0s\n' > /etc/rancher/k3s/config.yaml
    systemctl enable --now k3s
  EOT
  )
}
resource "aws_launch_template" "u" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /etc/systemd/system/join.service <<'U'
    [Service]
    Type=oneshot
    ExecStart=/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    U
    cat > /etc/systemd/system/all.service <<'U'
    [Unit]
    Requires=join.service
    [Service]
    Type=oneshot
    ExecStart=/bin/true
    U
    systemctl daemon-reload
    systemctl start all
  EOT
  )
}
resource "aws_launch_template" "us" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /etc/systemd/system/join.service <<'U'
    [Service]
    Type=oneshot
    User=ec2-user
    ExecStart=/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
    U
    systemctl start join
  EOT
  )
}
resource "aws_launch_template" "sr" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    systemd-run -p Environment=T=0 --property=Type=oneshot --setenv=X bash -c '/etc/eks/bootstrap.sh c --kubelet-extra-args "--streaming-connection-idle-timeout=$T"'
  EOT
  )
}
resource "aws_launch_template" "blur" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    A=
    if curl -s http://x/v; then A="$A --v=1"; echo v >> /etc/log; fi
    if curl -s http://x/a; then A="$A --a=1"; echo a >> /etc/log; fi
    if curl -s http://x/b; then A="$A --b=1"; echo b >> /etc/log; fi
    if curl -s http://x/c; then A="$A --c=1"; echo c >> /etc/log; fi
    if curl -s http://x/d; then A="$A --d=1"; echo d >> /etc/log; fi
    if curl -s http://y; then touch /etc/y; fi
    /etc/eks/bootstrap.sh c --kubelet-extra-args "--streaming-connection-idle-timeout=0 $A"
  EOT
  )
}
resource "aws_launch_template" "snap" {
  user_data = base64encode(<<-EOT
    #cloud-config
    snap:
      commands:
        02: snap set kubelet x=1
        01: [sh, -c, "echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet"]
  EOT
  )
}
