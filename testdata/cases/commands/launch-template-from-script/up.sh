#!/bin/bash
cat > ud.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh pond --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
aws ec2 create-launch-template --launch-template-name pond --launch-template-data "{\"ImageId\": \"ami-0123456789abcdef0\", \"UserData\": \"$(base64 -w0 < ud.sh)\"}"
