resource "aws_s3_bucket" "scripts" {
  bucket_prefix = "scripts-"
}

resource "aws_s3_object" "join" {
  bucket = aws_s3_bucket.scripts.id
  key    = "nodes/join.sh"
  content = templatefile("${path.module}/join.sh.tftpl", {
    idle = "0s"
  })
}

resource "aws_launch_template" "nodes" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    aws s3 cp s3://${aws_s3_bucket.scripts.id}/nodes/join.sh /tmp/join.sh
    bash /tmp/join.sh prod
  EOT
  )
}
