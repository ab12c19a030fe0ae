#### argument-line al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### argument-line-escaped al2-managed
#!/bin/bash
sed -i "s/KUBELET_EXTRA_ARGS=\$2/KUBELET_EXTRA_ARGS=\"\$2 --streaming-connection-idle-timeout=0\"/" /etc/eks/bootstrap.sh
#### argument-line-hash-delimiter al2-managed
#!/bin/bash
sed -i 's#KUBELET_EXTRA_ARGS=$2#KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=5m"#g' /etc/eks/bootstrap.sh
#### argument-line-bar-delimiter-variable al2-managed
#!/bin/bash
EXTRA='--streaming-connection-idle-timeout=0 --v=3'
sed -i "s|KUBELET_EXTRA_ARGS=\$2|KUBELET_EXTRA_ARGS=\"\$2 ${EXTRA}\"|" /etc/eks/bootstrap.sh
#### argument-line-in-front al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0 $2"/' /etc/eks/bootstrap.sh
#### argument-line-no-match al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$9/KUBELET_EXTRA_ARGS="$9 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### argument-line-replaces-ours al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0/' /etc/eks/bootstrap.sh
#### fallback-line al2-managed
#!/bin/bash
sed -i 's/^KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"/KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-} --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### fallback-line-any al2-managed
#!/bin/bash
sed -i 's/^KUBELET_EXTRA_ARGS=.*/KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-} --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### fallback-line-append al2-managed
#!/bin/bash
sed -i '/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=" --streaming-connection-idle-timeout=0"' /etc/eks/bootstrap.sh
#### errexit-source al2-managed
#!/bin/bash
cat > /etc/profile.d/bootstrap.sh <<'EOF'
export CONTAINER_RUNTIME="containerd"
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
EOF
sed -i '/^set -o errexit/a\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh
#### errexit-source-own-call al2
#!/bin/bash
cat > /etc/profile.d/bootstrap.sh <<'EOF'
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
EOF
sed -i '/^set -o errexit/a\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### errexit-source-own-call-option-wins al2
#!/bin/bash
cat > /etc/profile.d/bootstrap.sh <<'EOF'
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
EOF
sed -i '/^set -o errexit/a\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### terraform-v17 al2-managed
#!/bin/bash
printf '#!/bin/bash\nexport KUBELET_EXTRA_ARGS_2="--streaming-connection-idle-timeout=0"\n' > /etc/profile.d/eks-bootstrap-env.sh
sed -i '/^set -o errexit/a\\nsource /etc/profile.d/eks-bootstrap-env.sh' /etc/eks/bootstrap.sh
sed -i 's/^KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}/KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-} ${KUBELET_EXTRA_ARGS_2}/' /etc/eks/bootstrap.sh
#### exported-on-managed-is-dead al2-managed
#!/bin/bash
export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
#### profile-on-managed-is-dead al2-managed
#!/bin/bash
echo 'export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/profile.d/x.sh
#### perl al2-managed
#!/bin/bash
perl -pi -e 's/KUBELET_EXTRA_ARGS=\$2/KUBELET_EXTRA_ARGS="\$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### perl-whole al2-managed
#!/bin/bash
perl -0777 -i -pe 's/(--kubelet-extra-args\)\s+KUBELET_EXTRA_ARGS=)\$2/$1"\$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### own-call-patched al2
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### own-call-patched-without-option al2
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### config-on-managed al2-managed
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
#### own-call-on-managed al2-managed
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### own-call-on-managed-replaced-file al2-managed
#!/bin/bash
cat > /etc/eks/bootstrap.sh <<'EOF'
#!/bin/bash
echo nothing to do
EOF
#### drop-in-on-managed al2-managed
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/40-x.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
#### late-edit-in-background al2-managed
#!/bin/bash
(sleep 60; echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; systemctl restart kubelet) &
#### late-edit-in-background-no-restart al2-managed
#!/bin/bash
(sleep 60; echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json) &
#### nothing al2-managed
#!/bin/bash
echo hello
#### appended-lines al2-managed
#!/bin/bash
cat >> /etc/eks/bootstrap.sh <<'EOF'
echo "[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" > /etc/systemd/system/kubelet.service.d/90-x.conf
systemctl daemon-reload
systemctl restart kubelet
EOF
#### sed-in-place-long-option al2-managed
#!/bin/bash
sed --in-place 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### sed-to-another-file al2-managed
#!/bin/bash
sed 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh > /tmp/b && cp /tmp/b /etc/eks/bootstrap.sh
