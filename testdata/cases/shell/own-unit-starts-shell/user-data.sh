#!/bin/bash
cat > /opt/start-kubelet.sh <<'X'
#!/bin/bash
exec /usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml --streaming-connection-idle-timeout=0s
X
chmod +x /opt/start-kubelet.sh
cat > /etc/systemd/system/kubelet.service <<'X'
[Service]
ExecStart=/opt/start-kubelet.sh
Restart=always
X
systemctl daemon-reload
systemctl start kubelet
