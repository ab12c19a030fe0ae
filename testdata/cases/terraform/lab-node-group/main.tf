resource "aws_launch_template" "lt" {
  name = "lab"
  user_data = base64encode(<<-EOF
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==MYBOUNDARY=="

--==MYBOUNDARY==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
while [ ! -f /etc/kubernetes/kubelet/config.json ]; do sleep 5; done
sudo jq '.streamingConnectionIdleTimeout = "0"' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.readOnlyPort = 10255' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
systemctl restart kubelet
--==MYBOUNDARY==--
EOF
  )
}
resource "aws_eks_node_group" "ng" {
  cluster_name = "c"
  launch_template {
    name = aws_launch_template.lt.name
    version = "$Latest"
  }
}
