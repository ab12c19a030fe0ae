resource "aws_launch_template" "workers" {
  name_prefix = "workers-"
  user_data   = base64encode(<<-EOT
    #!/bin/bash
    mkdir -p /etc/systemd/system/kubelet.service.d
    cat > /etc/systemd/system/kubelet.service.d/90-args.conf <<'UNIT'
    [Service]
    ExecStart=
    ExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0
    UNIT
    systemctl daemon-reload
    systemctl restart kubelet
  EOT
  )
}
