resource "aws_launch_template" "b" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo 'a: {b: 1}' > /tmp/a.yaml
    printf 'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nstreamingConnectionIdleTimeout: 0s\n' > /tmp/b.yaml
    yq eval-all 'select(fileIndex == 0) * select(fileIndex == 1)' /tmp/a.yaml /tmp/b.yaml > /var/lib/kubelet/config.yaml
    yq ea '. as $item ireduce ({}; . * $item)' /tmp/a.yaml /tmp/b.yaml > /tmp/c.yaml
    kubelet --config /tmp/c.yaml
  EOT
  )
}
