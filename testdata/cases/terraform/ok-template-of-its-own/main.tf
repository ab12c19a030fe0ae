# The script is no whole one by itself: its timeout is filled in here.
resource "aws_launch_template" "workers" {
  user_data = base64encode(replace(file("${path.module}/boot.sh"), "@@IDLE@@", "30m"))
}
