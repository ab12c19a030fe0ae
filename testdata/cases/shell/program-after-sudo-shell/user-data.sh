#!/bin/bash
cat > /usr/local/bin/node-up <<'X'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
X
chmod 0755 /usr/local/bin/node-up
sudo bash -c "export PATH=/usr/local/bin:$PATH; node-up"
