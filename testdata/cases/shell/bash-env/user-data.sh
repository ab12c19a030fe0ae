#!/bin/bash
cat > /etc/node.env <<'EOF'
KUBELET_ARGUMENTS=--streaming-connection-idle-timeout=0
EOF
cat > /tmp/join.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$KUBELET_ARGUMENTS"
EOF
BASH_ENV=/etc/node.env bash /tmp/join.sh
