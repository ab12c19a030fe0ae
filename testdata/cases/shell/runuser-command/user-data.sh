#!/bin/bash
cat > /usr/local/bin/join-node <<'X'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
X
chmod 0755 /usr/local/bin/join-node
runuser -u root -- join-node
