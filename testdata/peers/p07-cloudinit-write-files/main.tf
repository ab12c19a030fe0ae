data "cloudinit_config" "workers" {
  gzip          = false
  base64_encode = true

  part {
    content_type = "text/cloud-config"
    content = yamlencode({
      write_files = [{
        path     = "/etc/systemd/system/kubelet.service.d/90-args.conf"
        encoding = "b64"
        content  = "W1NlcnZpY2VdCkV4ZWNTdGFydD0KRXhlY1N0YXJ0PS91c3IvYmluL2t1YmVsZXQgLS1jb25maWcgL2V0Yy9rdWJlcm5ldGVzL2t1YmVsZXQva3ViZWxldC1jb25maWcuanNvbiAtLXN0cmVhbWluZy1jb25uZWN0aW9uLWlkbGUtdGltZW91dD0wcwo="
      }]
    })
  }
}

resource "aws_launch_template" "workers" {
  name_prefix = "workers-"
  user_data   = data.cloudinit_config.workers.rendered
}
