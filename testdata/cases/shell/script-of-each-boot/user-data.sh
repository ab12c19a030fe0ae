#!/bin/bash
cat > /var/lib/cloud/scripts/per-boot/10-join.sh <<'X'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0s
X
chmod +x /var/lib/cloud/scripts/per-boot/10-join.sh
reboot
