data "ignition_systemd_unit" "kubelet" {
  name    = "kubelet.service"
  content = "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0\n"
}

data "ignition_config" "common" {
  systemd = [data.ignition_systemd_unit.kubelet.rendered]
}

data "ignition_systemd_unit" "later" {
  name    = "kubelet.service"
  content = "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=1h\n"
}

data "ignition_config" "later" {
  systemd = [data.ignition_systemd_unit.later.rendered]
}

data "ignition_config" "worker" {
  merge {
    source = "data:;base64,${base64encode(data.ignition_config.common.rendered)}"
  }
  merge {
    source = "data:;base64,${base64encode(data.ignition_config.later.rendered)}"
  }
}

resource "aws_launch_template" "worker" {
  user_data = base64encode(data.ignition_config.worker.rendered)
}
