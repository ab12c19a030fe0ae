#!/bin/bash
cat > /opt/join.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
/opt/join.sh
