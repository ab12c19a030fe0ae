variable "idle" {
  default = "0"
}

data "ignition_file" "environment" {
  path = "/etc/default/kubelet"
  mode = 420
  content {
    content = "KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${var.idle}\n"
  }
}

data "ignition_systemd_unit" "kubelet" {
  name    = "kubelet.service"
  enabled = true
  content = <<-EOT
    [Service]
    ExecStart=/usr/bin/kubelet
  EOT
  dropin {
    name    = "10-args.conf"
    content = <<-EOT
      [Service]
      EnvironmentFile=/etc/default/kubelet
      ExecStart=
      ExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS
    EOT
  }
}

data "ignition_config" "worker" {
  files   = [data.ignition_file.environment.rendered]
  systemd = [data.ignition_systemd_unit.kubelet.rendered]
}

resource "aws_launch_template" "worker" {
  user_data = base64encode(data.ignition_config.worker.rendered)
}
