#!/bin/bash
cat > /usr/local/bin/monitor.sh <<'EOF'
#!/bin/bash
function monitor() {
  sleep 120
  while true; do
    local failed=false
    if journalctl -u kubelet -n 1 | grep -q "closed network connection"; then
      failed=true
      echo "restarting"
    elif ! output=$(curl -m 10 -fsS http://127.0.0.1:10248/healthz 2>&1); then
      failed=true
      echo "$output"
    fi
    if [[ "$failed" == "true" ]]; then
      systemctl kill kubelet
      sleep 60
    else
      sleep 10
    fi
  done
}
monitor
EOF
chmod +x /usr/local/bin/monitor.sh
/usr/local/bin/monitor.sh &
/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'
