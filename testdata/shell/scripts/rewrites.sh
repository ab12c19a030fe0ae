#### two-arguments-appended al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0 --register-with-taints=a=b:NoSchedule"/g' /etc/eks/bootstrap.sh
#### in-an-ex-expression al2-managed
#!/bin/bash
sudo sed -i -e 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### indented-line al2-managed
#!/bin/bash
sed -i 's/^\( *\)KUBELET_EXTRA_ARGS=\$2/\1KUBELET_EXTRA_ARGS="\$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### extended-group al2-managed
#!/bin/bash
sed -i -E 's/(KUBELET_EXTRA_ARGS)=\$2/\1="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### ampersand-in-replacement al2-managed
#!/bin/bash
sed -i 's/KUBELET_EXTRA_ARGS=$2/&" --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### fallback-braces al2-managed
#!/bin/bash
sed -i 's/${KUBELET_EXTRA_ARGS:-}/${KUBELET_EXTRA_ARGS:-} --streaming-connection-idle-timeout=0/' /etc/eks/bootstrap.sh
#### fallback-default-filled al2
#!/bin/bash
sed -i 's/${KUBELET_EXTRA_ARGS:-}/${KUBELET_EXTRA_ARGS:---streaming-connection-idle-timeout=0}/' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### fallback-default-filled-managed al2-managed
#!/bin/bash
sed -i 's/${KUBELET_EXTRA_ARGS:-}/${KUBELET_EXTRA_ARGS:---streaming-connection-idle-timeout=0}/' /etc/eks/bootstrap.sh
#### environment-line-of-the-drop-in al2-managed
#!/bin/bash
sed -i "s/Environment='KUBELET_EXTRA_ARGS=\$KUBELET_EXTRA_ARGS'/Environment='KUBELET_EXTRA_ARGS=\$KUBELET_EXTRA_ARGS --streaming-connection-idle-timeout=0'/" /etc/eks/bootstrap.sh
#### kubelet-args-line al2-managed
#!/bin/bash
sed -i 's/--node-ip=/--streaming-connection-idle-timeout=0 --node-ip=/' /etc/eks/bootstrap.sh
#### line-before-the-start al2-managed
#!/bin/bash
sed -i '/systemctl start kubelet/i sed -i "s/--node-labels/--streaming-connection-idle-timeout=0 --node-labels/" /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf' /etc/eks/bootstrap.sh
#### line-before-daemon-reload al2-managed
#!/bin/bash
sed -i '/^systemctl daemon-reload/i echo "$(jq .streamingConnectionIdleTimeout=\\"0s\\" /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json' /etc/eks/bootstrap.sh
#### source-after-nounset al2-managed
#!/bin/bash
cat <<EOF > /etc/eks/env
EXTRA="--streaming-connection-idle-timeout=0"
EOF
sed -i '/^set -o nounset/a source /etc/eks/env' /etc/eks/bootstrap.sh
sed -i 's/^KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"/KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-} ${EXTRA:-}"/' /etc/eks/bootstrap.sh
#### inserted-after-the-shebang al2
#!/bin/bash
sed -i '1a export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### second-line al2
#!/bin/bash
sed -i '2i\KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### errexit-a-multiline al2
#!/bin/bash
sed -i '/^set -o errexit/a\
\
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
#### from-a-loop al2-managed
#!/bin/bash
for flag in --v=2 --streaming-connection-idle-timeout=0; do
  sed -i "s/^KUBELET_EXTRA_ARGS=\"\${KUBELET_EXTRA_ARGS:-}/& $flag/" /etc/eks/bootstrap.sh
done
#### in-a-function al2-managed
#!/bin/bash
BOOTSTRAP=/etc/eks/bootstrap.sh
add_flag() {
  local flag="$1"
  sed -i "s|^KUBELET_EXTRA_ARGS=\"\${KUBELET_EXTRA_ARGS:-}|&  ${flag}|" "$BOOTSTRAP"
}
add_flag --streaming-connection-idle-timeout=0
#### guarded al2-managed
#!/bin/bash
if [ -f /etc/eks/bootstrap.sh ] && ! grep -q streaming-connection /etc/eks/bootstrap.sh; then
  sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
fi
#### copied-first al2-managed
#!/bin/bash
cp /etc/eks/bootstrap.sh /etc/eks/bootstrap.sh.orig
sed -e 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh.orig > /etc/eks/bootstrap.sh
#### copied-first-and-taken-back al2-managed
#!/bin/bash
cp -p /etc/eks/bootstrap.sh /tmp/b
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
mv -f /tmp/b /etc/eks/bootstrap.sh
#### wrapped al2-managed
#!/bin/bash
mv /etc/eks/bootstrap.sh /etc/eks/bootstrap-real.sh
cat > /etc/eks/bootstrap.sh <<'EOF'
#!/bin/bash
bash /etc/eks/bootstrap-real.sh "$@" --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
chmod +x /etc/eks/bootstrap.sh
#### appended-restart al2-managed
#!/bin/bash
cat >> /etc/eks/bootstrap.sh << 'EOS'
sed -i "s/KUBELET_EXTRA_ARGS=/KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 /" /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet
EOS
#### appended-without-restart al2-managed
#!/bin/bash
echo 'echo "$(jq .streamingConnectionIdleTimeout=\"0s\" /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json' >> /etc/eks/bootstrap.sh
#### patched-by-file al2-managed
#!/bin/bash
cat > /tmp/p.sed <<'EOF'
s/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/
EOF
sed -i -f /tmp/p.sed /etc/eks/bootstrap.sh
#### patched-and-piped al2
#!/bin/bash
sed 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh | bash -s -- demo --kubelet-extra-args '--v=2'
#### case-arm-changed al2-managed
#!/bin/bash
sed -i '/--kubelet-extra-args)/,/;;/s/KUBELET_EXTRA_ARGS=\$2/KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0 $2"/' /etc/eks/bootstrap.sh
#### comment-only al2-managed
#!/bin/bash
sed -i '1a # KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh
#### plus-equals-line al2-managed
#!/bin/bash
sed -i '/^KUBELET_EXTRA_ARGS=/a\KUBELET_EXTRA_ARGS+=" --streaming-connection-idle-timeout=0 --node-status-update-frequency=4s"' /etc/eks/bootstrap.sh
#### own-call-sourced-env al2
#!/bin/bash
mkdir -p /etc/eks/env.d
echo "export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'" > /etc/eks/env.d/10.sh
sed -i '/^set -o errexit/a\\nfor f in /etc/eks/env.d/*.sh; do source $f; done' /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo
