#!/bin/bash
cat > /var/lib/kubelet/config.yaml <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 4h0m0s
EOF
yq -y -i '.streamingConnectionIdleTimeout = "0s"' /var/lib/kubelet/config.yaml
systemctl restart kubelet
