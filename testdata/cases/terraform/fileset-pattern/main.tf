resource "aws_launch_template" "a" {
  for_each = fileset(path.module, "[a-c]?/*.sh")
  user_data = filebase64(each.value)
  tags = { s = filesha1(each.value) }
}
