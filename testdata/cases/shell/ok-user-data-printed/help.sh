#!/bin/sh
echo "Usage: help.sh, to write user data such as"
cat <<EOF
#!/bin/bash
/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
