# Größe: ü 😀
resource "aws_launch_template" "größe" {
  user_data = base64encode("#!/bin/bash\n# 漢字\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'\n") # 😀
}
