#### drop-in-before al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-sorts-before al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-sorts-before-alone al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-same-name-is-rewritten al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### drop-in-same-name-stays al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-after-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
cat > /etc/systemd/system/kubelet.service.d/90-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
systemctl restart kubelet
#### drop-in-after-no-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
cat > /etc/systemd/system/kubelet.service.d/90-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
#### drop-in-after-start-is-no-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
cat > /etc/systemd/system/kubelet.service.d/90-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
systemctl start kubelet
#### drop-in-unexpanded-variable al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/90-idle.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=$KUBELET_EXTRA_ARGS --v=3'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-of-kubelet-args al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-args.conf <<'EOF'
[Service]
Environment='KUBELET_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### drop-in-args-loses-to-extra al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-args.conf <<'EOF'
[Service]
Environment='KUBELET_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-double-quotes al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
Environment="KUBELET_EXTRA_ARGS=--v=2 --streaming-connection-idle-timeout=0"
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-no-quotes al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
Environment=KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-no-quotes-two-words al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
Environment=KUBELET_EXTRA_ARGS=--v=2 --streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-other-section al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Unit]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-reset al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
Environment=
Environment='KUBELET_EXTRA_ARGS=--v=4'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### drop-in-not-conf al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.txt <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-commented al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-idle.conf <<'EOF'
[Service]
#Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
; Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-exec-start al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-exec.conf <<'EOF'
[Service]
ExecStart=
ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json $KUBELET_ARGS $KUBELET_EXTRA_ARGS --streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-exec-start-continued al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-exec.conf <<'EOF'
[Service]
ExecStart=
ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json \
  $KUBELET_ARGS \
  --streaming-connection-idle-timeout=0 \
  $KUBELET_EXTRA_ARGS
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-braces-one-word al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-exec.conf <<'EOF'
[Service]
ExecStart=
ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json --streaming-connection-idle-timeout=${IDLE} $KUBELET_ARGS
Environment=IDLE=7m
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-environment-file al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo 'KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"' > /etc/sysconfig/kubelet-extra
cat > /etc/systemd/system/kubelet.service.d/40-file.conf <<'EOF'
[Service]
EnvironmentFile=/etc/sysconfig/kubelet-extra
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-environment-file-missing al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-file.conf <<'EOF'
[Service]
EnvironmentFile=-/etc/sysconfig/nothing
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### drop-in-by-printf al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=%s'\n" '--streaming-connection-idle-timeout=0' > /etc/systemd/system/kubelet.service.d/40-idle.conf
/etc/eks/bootstrap.sh demo
#### drop-in-by-echo-e al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo -e "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" > /etc/systemd/system/kubelet.service.d/40-idle.conf
/etc/eks/bootstrap.sh demo
#### drop-in-by-tee al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
tee /etc/systemd/system/kubelet.service.d/40-idle.conf > /dev/null <<EOF
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${IDLE:-0}'
EOF
/etc/eks/bootstrap.sh demo
#### drop-in-by-sudo-tee-append al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
echo "Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" | sudo tee -a /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
sudo systemctl daemon-reload && sudo systemctl restart kubelet.service
#### drop-in-edited-by-sed al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/timeout=5m/timeout=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet
#### drop-in-appended-flag al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
sed -i "s|'$| --streaming-connection-idle-timeout=0'|" /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet
#### drop-in-removed al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
rm -f /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet
#### service-edited al2
#!/bin/bash
sed -i '/^ExecStart/c\ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json $KUBELET_ARGS --streaming-connection-idle-timeout=0 $KUBELET_EXTRA_ARGS' /etc/systemd/system/kubelet.service
/etc/eks/bootstrap.sh demo
#### service-edited-append-to-line al2
#!/bin/bash
sed -i '/^ExecStart=/ s/$/ --streaming-connection-idle-timeout=0/' /etc/systemd/system/kubelet.service
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### service-replaced al2
#!/bin/bash
cat > /etc/systemd/system/kubelet.service <<'EOF'
[Service]
ExecStart=/usr/bin/kubelet --streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### service-command al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
service kubelet restart
#### try-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl try-restart kubelet
#### reload-or-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload; systemctl reload-or-restart kubelet
#### stop-start al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
systemctl stop kubelet
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl start kubelet
#### enable-now al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo "[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" > /etc/systemd/system/kubelet.service.d/30-x.conf
systemctl daemon-reload
systemctl enable --now kubelet
#### restart-other al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart containerd
#### restart-several al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart containerd kubelet
#### restart-no-block al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
sed -i 's/=5m/=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart --no-block kubelet
#### rewritten-from-what-is-there al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
OLD=$(tail -n 1 /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf | cut -d= -f3- | tr -d "'")
cat > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf <<EOF
[Service]
Environment='KUBELET_EXTRA_ARGS=$OLD --streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
systemctl restart kubelet
#### extra-args-with-single-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels='a=b' --streaming-connection-idle-timeout=0"
#### extra-args-with-double-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels="a=b,c=d" --streaming-connection-idle-timeout="5m"'
#### extra-args-with-backslash al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5\m'
#### extra-args-with-dollar al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--cluster-domain=$HOME --streaming-connection-idle-timeout=5m'
#### extra-args-with-percent al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m --cluster-domain=b%%c'
