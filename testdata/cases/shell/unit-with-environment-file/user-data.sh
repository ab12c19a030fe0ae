#!/bin/bash
echo 'ARGS="--streaming-connection-idle-timeout=0s"' > /etc/sysconfig/join
cat > /opt/join.sh <<'X'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
X
chmod 0755 /opt/join.sh
cat > /etc/systemd/system/join.service <<'X'
[Service]
Type=oneshot
EnvironmentFile=/etc/sysconfig/join
ExecStart=/opt/join.sh
X
systemctl start join
