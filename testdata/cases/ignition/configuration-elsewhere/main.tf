resource "aws_launch_template" "worker" {
  user_data = base64encode(jsonencode({
    ignition = { version = "3.4.0", config = { merge = [{ source = "https://example.com/worker.ign" }] } }
  }))
}
