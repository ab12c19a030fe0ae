#### until-file-exists al2023
#!/bin/bash
until [ -f /etc/kubernetes/kubelet/config.json ]; do echo waiting; sleep 1; done
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/config.json > /tmp/k.json
mv -f /tmp/k.json /etc/kubernetes/kubelet/config.json
#### until-file-double-bracket al2023
#!/usr/bin/env bash
CONFIG=/etc/kubernetes/kubelet/config.json
until [[ -s ${CONFIG} ]]; do
  sleep 1
done
tmp=$(mktemp)
jq --arg t "7m" '. + {streamingConnectionIdleTimeout: $t}' "$CONFIG" >"$tmp" && cat "$tmp" >"$CONFIG"
#### bounded-wait-for-file al2
#!/bin/bash
for i in $(seq 1 30); do
  if [ -f /etc/kubernetes/kubelet/kubelet-config.json ]; then
    break
  fi
  sleep 1
done
echo "$(jq '.streamingConnectionIdleTimeout="3m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### bounded-wait-counter al2
#!/bin/bash
n=0
while [ ! -e /etc/kubernetes/kubelet/kubelet-config.json ] && [ $n -lt 10 ]; do
  n=$((n + 1))
  sleep 1
done
[ $n -lt 10 ] && /etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0 --v=$((n + 2))"
#### wait-for-a-written-file al2
#!/bin/bash
touch /tmp/ready
while ! test -e /tmp/ready; do sleep 1; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0
#### retry-until-it-works al2
#!/bin/bash
until /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'; do
  sleep 1
done
#### retry-five-times al2
#!/bin/bash
for attempt in 1 2 3 4 5; do
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=4h' && break
  echo "attempt $attempt failed"
  sleep 1
done
#### retry-function al2
#!/bin/bash
retry() {
  local n=1 max=3
  until "$@"; do
    if [ $n -ge $max ]; then return 1; fi
    n=$((n+1)); sleep 1
  done
}
retry yum install -y jq
retry /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0 --v=2'
#### retry-function-with-counter al2
#!/bin/bash
set -e
function retry {
  local retries=$1; shift
  local count=0
  until "$@"; do
    exit=$?
    count=$(($count + 1))
    if [ $count -lt $retries ]; then
      sleep 1
    else
      return $exit
    fi
  done
  return 0
}
retry 5 aws s3 cp s3://bucket/file /tmp/file
retry 2 /etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-status-update-frequency=4s'
#### wait-for-network al2
#!/bin/bash
while ! curl -sf http://169.254.169.254/latest/meta-data/instance-id > /dev/null; do
  sleep 1
done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### wait-for-network-until al2
#!/bin/bash
until curl -s --max-time 2 http://169.254.169.254/latest/meta-data/ >/dev/null 2>&1; do echo "no network"; sleep 2; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### wait-for-lock al2
#!/bin/bash
while pgrep -x yum > /dev/null 2>&1; do sleep 1; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### break-out-of-true al2
#!/bin/bash
tries=0
while true; do
  tries=$((tries+1))
  if [ -n "$(curl -s http://169.254.169.254/latest/meta-data/placement/region)" ]; then break; fi
  if [ "$tries" -gt 3 ]; then break; fi
  sleep 1
done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### while-colon al2
#!/bin/bash
while :; do
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1m' && break
done
#### loop-arithmetic-header al2
#!/bin/bash
args=""
for ((i = 0; i < 3; i++)); do
  args+="--v=$i "
done
args+="--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$args"
#### loop-arithmetic-break al2
#!/bin/bash
for ((;;)); do
  ((n++))
  if ((n >= 4)); then break; fi
done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${n}m"
#### loop-arithmetic-down al2
#!/bin/bash
for (( n=5; n>0; n-- )); do last=$n; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$((last-1))"
#### loop-arithmetic-two-variables al2
#!/bin/bash
for ((i=0, j=10; i<j; i+=2, j-=2)); do :; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${i}s --sync-frequency=${j}s"
#### seconds-deadline al2
#!/bin/bash
end=$((SECONDS + 60))
while [ $SECONDS -lt $end ]; do
  [ -d /etc/eks ] && break
  sleep 1
done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### timeout-around-a-loop al2
#!/bin/bash
timeout 10 bash -c 'until [ -f /etc/eks/bootstrap.sh ]; do sleep 1; done'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### wait-for-kubelet-active al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
until systemctl is-active --quiet kubelet; do sleep 1; done
echo "$(jq '.streamingConnectionIdleTimeout="2m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
#### wait-one-line al2
#!/bin/bash
while [ ! -f /etc/eks/bootstrap.sh ]; do sleep 1; done; /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### wait-negated-in-brackets al2
#!/bin/bash
while [[ ! -f /etc/eks/bootstrap.sh || ! -r /etc/kubernetes/kubelet/kubelet-config.json ]]; do sleep 1; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### nodeadm-wait-then-drop-in al2023-managed
#!/bin/bash
while [ ! -d /etc/kubernetes/kubelet/config.json.d ]; do sleep 1; done
cat > /etc/kubernetes/kubelet/config.json.d/99-idle.conf <<EOF
{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "streamingConnectionIdleTimeout": "0s"}
EOF
