data "cloudinit_config" "boot" {
  part {
    content_type = "text/x-shellscript"
    filename     = "10-boot.sh"
    content      = file("${path.module}/boot.sh")
  }
}

resource "aws_launch_template" "a" {
  user_data = data.cloudinit_config.boot.rendered
}
