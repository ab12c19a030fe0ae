#### exported-then-called al2
#!/bin/bash
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0 --v=2"
/etc/eks/bootstrap.sh demo --b64-cluster-ca Y2E= --apiserver-endpoint https://x
#### exported-appended al2
#!/bin/bash
export KUBELET_EXTRA_ARGS="--v=2"
KUBELET_EXTRA_ARGS="$KUBELET_EXTRA_ARGS --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo
#### exported-default al2
#!/bin/bash
export KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:---streaming-connection-idle-timeout=0}"
/etc/eks/bootstrap.sh demo
#### exported-plus-equals al2
#!/bin/bash
export KUBELET_EXTRA_ARGS=--v=2
export KUBELET_EXTRA_ARGS+=" --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo
#### env-file-sourced al2
#!/bin/bash
cat > /etc/eks/extra.env <<'EOF'
# generated
KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
EOF
set -a
. /etc/eks/extra.env
set +a
/etc/eks/bootstrap.sh demo
#### env-file-sourced-not-exported al2
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"' > /etc/eks/extra.env
source /etc/eks/extra.env
/etc/eks/bootstrap.sh demo
#### env-file-export-xargs al2
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/eks/extra.env
export $(cat /etc/eks/extra.env | xargs)
/etc/eks/bootstrap.sh demo
#### env-file-export-grep al2
#!/bin/bash
cat > /tmp/e <<EOF
# a comment
A=1
KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
EOF
export $(grep -v '^#' /tmp/e)
/etc/eks/bootstrap.sh demo
#### env-command-line al2
#!/bin/bash
env KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0" CONTAINER_RUNTIME=containerd /etc/eks/bootstrap.sh demo
#### env-in-bash-c al2
#!/bin/bash
KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0" bash -c '/etc/eks/bootstrap.sh demo'
#### env-through-a-script al2
#!/bin/bash
cat > /opt/join.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh "$CLUSTER" ${ARGS:+--kubelet-extra-args "$ARGS"}
EOF
chmod +x /opt/join.sh
export CLUSTER=demo ARGS='--streaming-connection-idle-timeout=0'
/opt/join.sh
#### second-call-without-argument al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### second-call-with-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1h'
systemctl restart kubelet
#### second-call-stopped-between al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1h'
systemctl stop kubelet
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### unset-between al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
unset KUBELET_EXTRA_ARGS
/etc/eks/bootstrap.sh demo
#### local-does-not-leak al2
#!/bin/bash
KUBELET_EXTRA_ARGS=--v=2
export KUBELET_EXTRA_ARGS
set_args() { local KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'; }
set_args
/etc/eks/bootstrap.sh demo
#### local-seen-by-the-child al2
#!/bin/bash
export KUBELET_EXTRA_ARGS=--v=2
join() { local KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'; /etc/eks/bootstrap.sh demo; }
join
#### local-x al2
#!/bin/bash
join() { local -x KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'; /etc/eks/bootstrap.sh demo; }
join
#### declare-g al2
#!/bin/bash
prepare() { declare -gx KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'; }
prepare
/etc/eks/bootstrap.sh demo
#### declare-in-a-function-is-local al2
#!/bin/bash
prepare() { declare -x KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'; }
prepare
/etc/eks/bootstrap.sh demo
#### sudo-bash-c al2
#!/bin/bash
sudo bash -c "KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh demo"
#### sudo-env al2
#!/bin/bash
sudo env KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0" /etc/eks/bootstrap.sh demo
#### sudo-u-root al2
#!/bin/bash
sudo -u root /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### sudo-heredoc-sh al2
#!/bin/bash
sudo bash <<'EOF'
export KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo
EOF
#### su-c al2
#!/bin/bash
sudo sh -c 'echo "--streaming-connection-idle-timeout=0" > /tmp/extra'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(sudo cat /tmp/extra)"
#### path-changed al2
#!/bin/bash
export PATH=/etc/eks:$PATH
bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### home-used al2
#!/bin/bash
echo '--streaming-connection-idle-timeout=0' > "$HOME/extra"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(< ~/extra)"
#### read-from-etc-environment al2
#!/bin/bash
echo 'EXTRA="--streaming-connection-idle-timeout=0"' >> /etc/environment
set -a; source /etc/environment; set +a
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$EXTRA"
#### env-of-a-pipeline al2
#!/bin/bash
export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
echo demo | xargs /etc/eks/bootstrap.sh
#### env-of-a-pipeline-while al2
#!/bin/bash
echo demo | while read -r name; do
  KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 /etc/eks/bootstrap.sh "$name"
done
