resource "aws_launch_template" "redirected" {
  image_id  = "ami-0123456789abcdef0"
  user_data = filebase64("${path.module}/user-data.sh")
}

resource "aws_launch_template" "written_by_cloud_init" {
  image_id  = "ami-0123456789abcdef0"
  user_data = filebase64("${path.module}/cloud-config.yaml")
}
