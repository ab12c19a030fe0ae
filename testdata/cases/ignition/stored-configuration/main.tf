resource "aws_s3_object" "worker" {
  bucket = "clusters"
  key    = "worker.ign"
  content = jsonencode({
    ignition = { version = "3.4.0" }
    systemd = { units = [{
      name     = "kubelet.service"
      contents = "[Service]\nExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0\n"
    }] }
  })
}

resource "aws_launch_template" "worker" {
  user_data = base64encode(jsonencode({
    ignition = {
      version = "3.4.0"
      config  = { replace = { source = "s3://${aws_s3_object.worker.bucket}/${aws_s3_object.worker.key}" } }
    }
  }))
}
