resource "aws_launch_template" "nodes" {
  user_data = filebase64("${path.module}/user-data.sh")
}

# `sh` does not read the file.
resource "aws_launch_template" "sh" {
  user_data = base64encode(replace(file("${path.module}/user-data.sh"), "bash /tmp", "sh /tmp"))
}
