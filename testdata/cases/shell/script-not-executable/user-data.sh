#!/bin/bash
cat > /tmp/join.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
/tmp/join.sh
