resource "aws_launch_template" "a" {
  user_data = filebase64("../../../../../../../etc/hostname")
}
