#!/bin/sh
cat > user-data.sh <<EOF
#!/bin/bash
/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=4h'
EOF
