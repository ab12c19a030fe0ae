resource "aws_launch_template" "not_base64" {
  user_data = "#!/bin/bash this is no base64"
}

resource "aws_launch_template" "truncated" {
  user_data = "H4sIAAAAAAACA1NW1E/KzNNPSizOUKgYhaNwFI7CUTgK"
}
