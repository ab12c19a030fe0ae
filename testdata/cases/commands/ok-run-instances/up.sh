#!/bin/bash
cat > ud.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh pond --kubelet-extra-args '--streaming-connection-idle-timeout=30m'
EOF
aws ec2 run-instances --image-id ami-0123456789abcdef0 --instance-type m7i.large --iam-instance-profile Name=pond-node --user-data file://ud.sh
