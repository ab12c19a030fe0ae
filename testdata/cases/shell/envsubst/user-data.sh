#!/bin/bash
export IDLE_TIMEOUT=0
cat > /tmp/40-args.conf.tpl <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${IDLE_TIMEOUT}'
# $NAME stays as it is
EOF
envsubst '$IDLE_TIMEOUT' < /tmp/40-args.conf.tpl > /etc/systemd/system/kubelet.service.d/40-args.conf
/etc/eks/bootstrap.sh demo
