#### bootstrap-in-background-wait al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' &
wait
#### background-function al2
#!/bin/bash
join() { /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'; }
join &
pid=$!
wait $pid
#### background-edit-then-wait al2
#!/bin/bash
(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k; mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json) &
wait
/etc/eks/bootstrap.sh demo
#### background-late-edit-and-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
{ sleep 2; jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json; systemctl restart kubelet; } &
#### background-late-edit-nohup al2
#!/bin/bash
cat > /opt/late.sh <<'EOF'
#!/bin/bash
sleep 2
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
EOF
nohup bash /opt/late.sh > /dev/null 2>&1 &
/etc/eks/bootstrap.sh demo
#### background-of-something-else al2
#!/bin/bash
yum update -y &
aws s3 sync s3://b /opt/b &
wait
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### disowned al2
#!/bin/bash
amazon-ssm-agent &
disown
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### setsid al2
#!/bin/bash
setsid /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### background-waits-for-the-kubelet al2
#!/bin/bash
(
  until systemctl is-active kubelet > /dev/null; do sleep 1; done
  echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
  systemctl restart kubelet
) &
/etc/eks/bootstrap.sh demo
#### background-variable-is-lost al2
#!/bin/bash
EXTRA=--v=2
{ EXTRA=--streaming-connection-idle-timeout=0; } &
wait
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$EXTRA"
#### background-list al2
#!/bin/bash
sleep 1 && echo late > /tmp/late &
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### wait-each al2
#!/bin/bash
pids=()
for f in a b; do
  echo "--v=2" > /tmp/$f &
  pids+=($!)
done
for p in "${pids[@]}"; do wait "$p"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/a) --streaming-connection-idle-timeout=0"
#### wait-n al2
#!/bin/bash
true & true &
wait -n
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### at-once-in-background-and-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
sed -i 's/--v=2/--streaming-connection-idle-timeout=0/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet &
