#### random-0 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /usr/local/bin/kube-start <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "30m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/local/bin/kube-start
at now <<'JOB'
/usr/local/bin/kube-start
JOB
#### random-2 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
cat > /tmp/kube-start <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "30m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/kube-start /usr/local/sbin/kube-start && chmod 755 /usr/local/sbin/kube-start
main() {
runuser -u root -- /usr/local/sbin/kube-start
}
main "$@"
#### random-3 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
set -eu
case "a" in a) T=1h0m0s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
install -m 755 /tmp/join /usr/bin/join
main() {
nohup join > /var/log/node.log 2>&1 &
wait
}
main "$@"
#### random-4 al2
#!/bin/bash
set -e
mkdir -p /opt/node
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
set -eu
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
PROGRAM
install -m 755 /tmp/join /opt/node/join
/opt/node/join
#### random-5 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
tee /usr/local/bin/kube-start > /dev/null <<'PROGRAM'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=15s'
PROGRAM
chmod 0755 /usr/local/bin/kube-start
at now <<'JOB'
/usr/local/bin/kube-start
JOB
#### random-6 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "5m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/kube-start /usr/local/sbin/kube-start && chmod 755 /usr/local/sbin/kube-start
cat > /etc/systemd/system/kube-start-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/bin/sh -c /usr/local/sbin/kube-start
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/kube-start-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl start kube-start-unit.timer
#### random-7 al2
#!/bin/bash
set -e
mkdir -p /opt/node
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/join /opt/node/join && chmod 755 /opt/node/join
main() {
systemd-run --wait /opt/node/join
}
main "$@"
#### random-8 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
tee /usr/local/bin/go.sh > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "5m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /usr/local/bin/go.sh
CMD=(bash /usr/local/bin/go.sh)
"${CMD[@]}"
#### random-9 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
cat > /usr/bin/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/node-up.sh
systemd-run --wait /usr/bin/node-up.sh
#### random-10 al2
#!/bin/bash
mkdir -p /usr/bin
cat > /tmp/boot-node <<'PROGRAM'
#!/bin/bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 0
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/boot-node /usr/bin/boot-node
at now <<'JOB'
/usr/bin/boot-node
JOB
#### random-11 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/join /usr/local/bin/join && chmod 755 /usr/local/bin/join
for i in 1 2 3; do
if [ $i -eq 2 ]; then
nohup /usr/local/bin/join &
fi
done
#### random-12 al2
#!/bin/bash -x
mkdir -p /usr/local/sbin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
ARGS="--v=3"
if [ -n "$ARGS" ]; then ARGS="$ARGS --streaming-connection-idle-timeout=0s"; else ARGS="--v=2"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
install -m 755 /tmp/start-node /usr/local/sbin/start-node
. /usr/local/sbin/start-node
#### random-13 al2
#!/bin/bash -x
mkdir -p /usr/local/sbin
tee /usr/local/sbin/start-node > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 30m)"
PROGRAM
chmod 0755 /usr/local/sbin/start-node
main() {
/usr/local/sbin/start-node
}
main "$@"
#### random-14 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
ARGS=""
for t in 7m 9m 5m; do ARGS="--streaming-connection-idle-timeout=$t"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
install -m 755 /tmp/node-up.sh /usr/local/bin/node-up.sh
at now <<'JOB'
/usr/local/bin/node-up.sh
JOB
#### random-15 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
PROGRAM
cp /tmp/join /usr/local/bin/join && chmod 755 /usr/local/bin/join
bash -lc 'join'
#### random-16 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "5m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/node-up.sh /usr/local/sbin/node-up.sh
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
nohup node-up.sh > /var/log/node.log 2>&1 &
wait
}
#### random-17 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/join <<'PROGRAM'
#!/bin/bash
case "b" in a) T=15s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod +x /usr/local/sbin/join
env MODE=node join
#### random-18 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/go.sh <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/go.sh /usr/local/sbin/go.sh && chmod 755 /usr/local/sbin/go.sh
CMD=(bash /usr/local/sbin/go.sh)
"${CMD[@]}"
#### random-19 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "1h0m0s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/start-node /usr/local/sbin/start-node
su - root -c '/usr/local/sbin/start-node'
#### random-21 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
cat > /tmp/boot-node <<'PROGRAM'
#!/bin/bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 5m
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/boot-node /usr/local/bin/boot-node && chmod 755 /usr/local/bin/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/usr/bin/env bash /usr/local/bin/boot-node
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/boot-node-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl start boot-node-unit.timer
#### random-22 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/kube-start <<'PROGRAM'
#!/bin/bash
ARGS=(--streaming-connection-idle-timeout=5m --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
chmod +x /usr/local/sbin/kube-start
timeout 300 kube-start
#### random-24 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/go.sh <<'PROGRAM'
#!/bin/bash
set -eu
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=30m'
PROGRAM
chmod +x /usr/local/sbin/go.sh
bash -c "go.sh"
#### random-25 al2
#!/bin/bash -x
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/go.sh <<'PROGRAM'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1h0m0s'
PROGRAM
chmod +x /usr/local/sbin/go.sh
bash -c "go.sh"
#### random-26 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
cat > /usr/bin/start-node <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "15s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/start-node
case x in y) true ;; x)
bash -c "start-node"
;;
esac
#### random-27 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/join <<'PROGRAM'
#!/usr/bin/env bash
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 0)"
PROGRAM
cp /tmp/join /usr/local/bin/join && chmod 755 /usr/local/bin/join
main() {
bash /usr/local/bin/join
}
main "$@"
#### random-28 al2
#!/bin/bash -x
mkdir -p /usr/bin
cat > /tmp/join <<'PROGRAM'
#!/usr/bin/env bash
ARGS=(--streaming-connection-idle-timeout=0 --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
install -m 755 /tmp/join /usr/bin/join
exec join
#### random-29 al2
#!/bin/bash -x
mkdir -p /opt/node
tee /opt/node/kube-start > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "1h0m0s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /opt/node/kube-start
main() {
echo '/opt/node/kube-start' | at now
}
main "$@"
#### random-31 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/go.sh <<'PROGRAM'
#!/bin/bash
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 1h0m0s)"
PROGRAM
cp /tmp/go.sh /usr/local/sbin/go.sh && chmod 755 /usr/local/sbin/go.sh
cat > /etc/systemd/system/go-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/bin/bash /usr/local/sbin/go.sh
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl start go-unit
#### random-32 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "4h",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/node-up.sh /usr/local/sbin/node-up.sh
cat > /etc/systemd/system/node-up-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/usr/bin/env bash /usr/local/sbin/node-up.sh
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl start node-up-unit
#### random-33 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /usr/bin/kube-start <<'PROGRAM'
#!/bin/bash
ARGS=""
for t in 7m 9m 30m; do ARGS="--streaming-connection-idle-timeout=$t"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod +x /usr/bin/kube-start
bash -lc 'kube-start'
#### random-34 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /usr/local/bin/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
ARGS=""
for t in 7m 9m 0m; do ARGS="--streaming-connection-idle-timeout=$t"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod +x /usr/local/bin/node-up.sh
for i in 1 2 3; do
if [ $i -eq 2 ]; then
systemd-run --wait /usr/local/bin/node-up.sh
fi
done
#### random-36 al2
#!/bin/bash -x
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/bin/bash
set -eu
case "b" in a) T=0 ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
install -m 755 /tmp/node-up.sh /usr/local/sbin/node-up.sh
for i in 1 2 3; do
if [ $i -eq 2 ]; then
sudo -E bash /usr/local/sbin/node-up.sh
fi
done
#### random-37 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
set -eu
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "4h",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/start-node /usr/bin/start-node && chmod 755 /usr/bin/start-node
cat > /etc/systemd/system/start-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/bin/sh -c /usr/bin/start-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable start-node-unit
systemctl start start-node-unit.service
#### random-38 al2
#!/bin/bash
mkdir -p /usr/bin
tee /usr/bin/boot-node > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 4h)"
PROGRAM
chmod 0755 /usr/bin/boot-node
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
( cd /tmp && /usr/bin/boot-node )
}
#### random-39 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
tee /usr/local/sbin/boot-node > /dev/null <<'PROGRAM'
#!/bin/bash
case "a" in a) T=4h ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod 0755 /usr/local/sbin/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/usr/local/sbin/boot-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl start boot-node-unit
#### random-41 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/go.sh <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/go.sh /usr/local/sbin/go.sh && chmod 755 /usr/local/sbin/go.sh
cat > /etc/systemd/system/go-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/usr/bin/env bash /usr/local/sbin/go.sh
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable go-unit
systemctl start go-unit.service
#### random-42 al2
#!/bin/bash
mkdir -p /usr/local/sbin
cat > /tmp/start-node <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/start-node /usr/local/sbin/start-node
. /usr/local/sbin/start-node
#### random-43 al2
#!/bin/bash -x
mkdir -p /opt/node
tee /opt/node/kube-start > /dev/null <<'PROGRAM'
#!/bin/bash
set -eu
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 0m
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /opt/node/kube-start
systemd-run --scope /opt/node/kube-start
#### random-44 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /usr/local/bin/boot-node <<'PROGRAM'
#!/usr/bin/env bash
declare -A M=([idle]=4h [other]=8m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${M[idle]}"
PROGRAM
chmod +x /usr/local/bin/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/bin/sh -c /usr/local/bin/boot-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable boot-node-unit
systemctl start boot-node-unit.service
#### random-45 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
tee /usr/local/bin/join > /dev/null <<'PROGRAM'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=15s'
PROGRAM
chmod 0755 /usr/local/bin/join
setsid /usr/local/bin/join
#### random-46 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /tmp/boot-node <<'PROGRAM'
#!/usr/bin/env bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 30m
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/boot-node /usr/bin/boot-node && chmod 755 /usr/bin/boot-node
for i in 1 2 3; do
if [ $i -eq 2 ]; then
boot-node
fi
done
#### random-47 al2
#!/bin/bash -x
mkdir -p /opt/node
cat > /tmp/boot-node <<'PROGRAM'
#!/bin/bash
set -eu
case "a" in a) T=15s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
cp /tmp/boot-node /opt/node/boot-node && chmod 755 /opt/node/boot-node
for i in 1 2 3; do
if [ $i -eq 2 ]; then
env MODE=node /opt/node/boot-node
fi
done
#### random-48 al2
#!/bin/bash
mkdir -p /opt/node
cat > /tmp/start-node <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "15s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/start-node /opt/node/start-node && chmod 755 /opt/node/start-node
main() {
bash -lc '/opt/node/start-node'
}
main "$@"
#### random-49 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
ARGS=(--streaming-connection-idle-timeout=15s --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
cp /tmp/node-up.sh /usr/local/sbin/node-up.sh && chmod 755 /usr/local/sbin/node-up.sh
MODE=node
if [[ $MODE == node ]]; then
systemd-run --wait /usr/local/sbin/node-up.sh
fi
#### random-50 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "1h0m0s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/kube-start /usr/local/bin/kube-start
case x in y) true ;; x)
kube-start
;;
esac
#### random-51 al2
#!/bin/bash -x
mkdir -p /opt/node
cat > /tmp/start-node <<'PROGRAM'
#!/usr/bin/env bash
case "a" in a) T=0 ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
install -m 755 /tmp/start-node /opt/node/start-node
/opt/node/start-node
#### random-52 al2
#!/bin/bash -x
mkdir -p /opt/node
tee /opt/node/boot-node > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
ARGS="--v=3"
if [ -n "$ARGS" ]; then ARGS="$ARGS --streaming-connection-idle-timeout=0m"; else ARGS="--v=2"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod 0755 /opt/node/boot-node
case x in y) true ;; x)
( cd /tmp && /opt/node/boot-node )
;;
esac
#### random-53 al2
#!/bin/bash
mkdir -p /usr/bin
tee /usr/bin/join > /dev/null <<'PROGRAM'
#!/bin/bash
ARGS=""
for t in 7m 9m 15s; do ARGS="--streaming-connection-idle-timeout=$t"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod 0755 /usr/bin/join
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
export PATH=/usr/bin:$PATH
join
}
#### random-54 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/usr/bin/env bash
T=0m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
PROGRAM
cp /tmp/kube-start /usr/bin/kube-start && chmod 755 /usr/bin/kube-start
case x in y) true ;; x)
sudo kube-start
;;
esac
#### random-55 al2
#!/bin/bash -x
mkdir -p /opt/node
cat > /tmp/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/node-up.sh /opt/node/node-up.sh && chmod 755 /opt/node/node-up.sh
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
env MODE=node /opt/node/node-up.sh
}
#### random-56 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /usr/bin/node-up.sh <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/node-up.sh
for i in 1 2 3; do
if [ $i -eq 2 ]; then
runuser -l root -c '/usr/bin/node-up.sh'
fi
done
#### random-57 al2
#!/bin/bash
mkdir -p /opt/node
cat > /opt/node/go.sh <<'PROGRAM'
#!/bin/bash
set -eu
ARGS="--v=3"
if [ -n "$ARGS" ]; then ARGS="$ARGS --streaming-connection-idle-timeout=15s"; else ARGS="--v=2"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod +x /opt/node/go.sh
cat > /etc/systemd/system/go-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/bin/sh -c /opt/node/go.sh
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl restart go-unit
#### random-58 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /tmp/start-node <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "1h0m0s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/start-node /usr/bin/start-node && chmod 755 /usr/bin/start-node
for i in 1 2 3; do
if [ $i -eq 2 ]; then
sudo start-node
fi
done
#### random-59 al2
#!/bin/bash
set -euo pipefail
mkdir -p /opt/node
tee /opt/node/go.sh > /dev/null <<'PROGRAM'
#!/bin/bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 0
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /opt/node/go.sh
su - root -c '/opt/node/go.sh'
#### random-60 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/start-node <<'PROGRAM'
#!/usr/bin/env bash
ARGS=(--streaming-connection-idle-timeout=1h0m0s --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
install -m 755 /tmp/start-node /usr/local/bin/start-node
sudo -E bash /usr/local/bin/start-node
#### random-62 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/join <<'PROGRAM'
#!/usr/bin/env bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 15s
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/join /usr/local/sbin/join
cat > /etc/systemd/system/join-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/usr/bin/env bash /usr/local/sbin/join
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/join-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl start join-unit.timer
#### random-63 al2
#!/bin/bash
mkdir -p /usr/local/sbin
cat > /tmp/go.sh <<'PROGRAM'
#!/bin/bash
case "b" in a) T=0s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
cp /tmp/go.sh /usr/local/sbin/go.sh && chmod 755 /usr/local/sbin/go.sh
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
su root -c "go.sh"
}
#### random-65 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/go.sh <<'PROGRAM'
#!/bin/bash
set -eu
T=15s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
PROGRAM
chmod +x /usr/local/sbin/go.sh
case x in y) true ;; x)
su - root -c '/usr/local/sbin/go.sh'
;;
esac
#### random-66 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/join <<'PROGRAM'
#!/usr/bin/env bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 4h
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/join /usr/local/bin/join && chmod 755 /usr/local/bin/join
main() {
sudo -E bash /usr/local/bin/join
}
main "$@"
#### random-67 al2
#!/bin/bash
set -euo pipefail
mkdir -p /opt/node
cat > /opt/node/go.sh <<'PROGRAM'
#!/bin/bash
set -eu
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
PROGRAM
chmod +x /opt/node/go.sh
cat > /etc/systemd/system/go-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/bash /opt/node/go.sh
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/go-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl enable --now go-unit.timer
#### random-68 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 30m
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/start-node /usr/local/bin/start-node && chmod 755 /usr/local/bin/start-node
cat > /etc/systemd/system/start-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/usr/local/bin/start-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl start start-node-unit
#### random-70 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
cat > /usr/bin/start-node <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "30m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/start-node
main() {
env MODE=node start-node
}
main "$@"
#### random-71 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
set -eu
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 4h
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/kube-start /usr/local/bin/kube-start
cat > /etc/systemd/system/kube-start-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env bash /usr/local/bin/kube-start
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable kube-start-unit
systemctl start kube-start-unit.service
#### random-72 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/bin
tee /usr/local/bin/start-node > /dev/null <<'PROGRAM'
#!/bin/bash
case "a" in a) T=5m ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod 0755 /usr/local/bin/start-node
main() {
export PATH=/usr/local/bin:$PATH
start-node
}
main "$@"
#### random-73 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
tee /usr/bin/boot-node > /dev/null <<'PROGRAM'
#!/bin/bash
set -eu
ARGS=(--streaming-connection-idle-timeout=0m --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
chmod 0755 /usr/bin/boot-node
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
command boot-node
}
#### random-74 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /tmp/go.sh <<'PROGRAM'
#!/bin/bash
set -eu
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "1h0m0s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/go.sh /usr/local/bin/go.sh
/usr/local/bin/go.sh
#### random-75 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/boot-node <<'PROGRAM'
#!/bin/bash
set -eu
ARGS=(--streaming-connection-idle-timeout=0 --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
chmod +x /usr/local/sbin/boot-node
case x in y) true ;; x)
sudo /usr/local/sbin/boot-node
;;
esac
#### random-76 al2
#!/bin/bash -x
mkdir -p /usr/bin
cat > /usr/bin/start-node <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "4h"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/start-node
case x in y) true ;; x)
export PATH=/usr/bin:$PATH
start-node
;;
esac
#### random-78 al2
#!/bin/bash
mkdir -p /usr/local/sbin
tee /usr/local/sbin/node-up.sh > /dev/null <<'PROGRAM'
#!/bin/bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 1h0m0s
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /usr/local/sbin/node-up.sh
MODE=node
if [[ $MODE == node ]]; then
su - root -c '/usr/local/sbin/node-up.sh'
fi
#### random-79 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
cat > /usr/local/bin/boot-node <<'PROGRAM'
#!/usr/bin/env bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/local/bin/boot-node
at now <<'JOB'
/usr/local/bin/boot-node
JOB
#### random-80 al2
#!/bin/bash
set -euo pipefail
mkdir -p /opt/node
tee /opt/node/boot-node > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "15s"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /opt/node/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/opt/node/boot-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable boot-node-unit
systemctl start boot-node-unit.service
#### random-81 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /usr/local/bin/go.sh <<'PROGRAM'
#!/bin/bash
declare -A M=([idle]=5m [other]=8m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${M[idle]}"
PROGRAM
chmod +x /usr/local/bin/go.sh
cat > /etc/systemd/system/go-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
ExecStart=/bin/sh -c /usr/local/bin/go.sh
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/go-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl enable --now go-unit.timer
#### random-83 al2
#!/bin/bash -x
mkdir -p /usr/bin
cat > /usr/bin/kube-start <<'PROGRAM'
#!/bin/bash
set -eu
case "b" in a) T=0s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod +x /usr/bin/kube-start
exec kube-start
#### random-84 al2
#!/bin/bash -x
mkdir -p /opt/node
cat > /tmp/go.sh <<'PROGRAM'
#!/usr/bin/env bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 5m
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/go.sh /opt/node/go.sh && chmod 755 /opt/node/go.sh
su - root -c '/opt/node/go.sh'
#### random-85 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /usr/bin/kube-start <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/bin/kube-start
su -c /usr/bin/kube-start
#### random-86 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
T=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
PROGRAM
install -m 755 /tmp/kube-start /usr/local/bin/kube-start
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
echo '/usr/local/bin/kube-start' | at now
}
#### random-87 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
tee /usr/bin/go.sh > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
declare -A M=([idle]=0m [other]=8m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${M[idle]}"
PROGRAM
chmod 0755 /usr/bin/go.sh
main() {
bash /usr/bin/go.sh
}
main "$@"
#### random-88 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /usr/local/bin/join <<'PROGRAM'
#!/bin/bash
set -eu
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 30m)"
PROGRAM
chmod +x /usr/local/bin/join
eval "join"
#### random-90 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/start-node /usr/local/bin/start-node
systemd-run --scope /usr/local/bin/start-node
#### random-91 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
tee /usr/local/bin/go.sh > /dev/null <<'PROGRAM'
#!/bin/bash
set -eu
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /usr/local/bin/go.sh
at now <<'JOB'
/usr/local/bin/go.sh
JOB
#### random-92 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
tee /usr/local/bin/join > /dev/null <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod 0755 /usr/local/bin/join
for i in 1 2 3; do
if [ $i -eq 2 ]; then
su -c /usr/local/bin/join
fi
done
#### random-93 al2
#!/bin/bash -x
mkdir -p /usr/local/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "15s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/kube-start /usr/local/bin/kube-start
main() {
systemd-run --unit=node-4 --collect /usr/local/bin/kube-start
}
main "$@"
#### random-94 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/boot-node <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "4h"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/boot-node /usr/local/sbin/boot-node
for i in 1 2 3; do
if [ $i -eq 2 ]; then
P=/usr/local/sbin/boot-node
"$P"
fi
done
#### random-95 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/bin
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
set -eu
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "0",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/join /usr/bin/join && chmod 755 /usr/bin/join
setsid /usr/bin/join
#### random-96 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /usr/local/sbin/join <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /usr/local/sbin/join
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
bash /usr/local/sbin/join
}
#### random-97 al2
#!/bin/bash
mkdir -p /opt/node
tee /opt/node/join > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
case "a" in a) T=0s ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod 0755 /opt/node/join
bash -lc '/opt/node/join'
#### random-100 al2
#!/bin/bash -x
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "5m"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/node-up.sh /usr/local/sbin/node-up.sh && chmod 755 /usr/local/sbin/node-up.sh
main() {
runuser -u root -- /usr/local/sbin/node-up.sh
}
main "$@"
#### random-101 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "30m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
cp /tmp/start-node /usr/local/bin/start-node && chmod 755 /usr/local/bin/start-node
main() {
eval "start-node"
}
main "$@"
#### random-103 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/bin
cat > /tmp/join <<'PROGRAM'
#!/bin/bash
set -eu
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1h0m0s'
PROGRAM
install -m 755 /tmp/join /usr/local/bin/join
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
runuser -u root -- /usr/local/bin/join
}
#### random-104 al2
#!/bin/bash
set -e
mkdir -p /usr/bin
cat > /tmp/go.sh <<'PROGRAM'
#!/bin/bash
declare -A M=([idle]=1h0m0s [other]=8m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${M[idle]}"
PROGRAM
install -m 755 /tmp/go.sh /usr/bin/go.sh
( cd /tmp && /usr/bin/go.sh )
#### random-105 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/sbin
cat > /tmp/node-up.sh <<'PROGRAM'
#!/bin/bash
set -eu
sed -i 's/"serializeImagePulls": false,/&\n  "streamingConnectionIdleTimeout": "15s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/node-up.sh /usr/local/sbin/node-up.sh
nohup /usr/local/sbin/node-up.sh &
#### random-106 al2
#!/bin/bash -x
mkdir -p /opt/node
cat > /opt/node/boot-node <<'PROGRAM'
#!/bin/bash
ARGS=""
for t in 7m 9m 4h; do ARGS="--streaming-connection-idle-timeout=$t"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod +x /opt/node/boot-node
nohup /opt/node/boot-node > /var/log/node.log 2>&1 &
wait
#### random-107 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/kube-start <<'PROGRAM'
#!/bin/bash
set -eu
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "0"' $F > /tmp/c && mv /tmp/c $F
/etc/eks/bootstrap.sh demo
PROGRAM
install -m 755 /tmp/kube-start /usr/local/bin/kube-start
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
sudo -E bash /usr/local/bin/kube-start
}
#### random-108 al2
#!/bin/bash
set -euo pipefail
mkdir -p /usr/local/bin
cat > /tmp/start-node <<'PROGRAM'
#!/bin/bash
flag() { echo "--streaming-connection-idle-timeout=$1"; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(flag 4h)"
PROGRAM
install -m 755 /tmp/start-node /usr/local/bin/start-node
case x in y) true ;; x)
command start-node
;;
esac
#### random-109 al2
#!/bin/bash
set -e
mkdir -p /usr/local/bin
tee /usr/local/bin/join > /dev/null <<'PROGRAM'
#!/bin/bash
set -eu
T=4h
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
PROGRAM
chmod 0755 /usr/local/bin/join
cat > /etc/systemd/system/join-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env bash /usr/local/bin/join
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable join-unit
systemctl start join-unit.service
#### random-111 al2
#!/bin/bash
set -e
mkdir -p /opt/node
tee /opt/node/node-up.sh > /dev/null <<'PROGRAM'
#!/bin/bash
ARGS="--v=3"
if [ -n "$ARGS" ]; then ARGS="$ARGS --streaming-connection-idle-timeout=5m"; else ARGS="--v=2"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
PROGRAM
chmod 0755 /opt/node/node-up.sh
MODE=node
if [[ $MODE == node ]]; then
/opt/node/node-up.sh
fi
#### random-112 al2
#!/bin/bash
set -euo pipefail
mkdir -p /opt/node
cat > /opt/node/boot-node <<'PROGRAM'
#!/usr/bin/env bash
patch_config() { echo "$(jq --arg t "$1" '.streamingConnectionIdleTimeout=$t' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
patch_config 30m
/etc/eks/bootstrap.sh demo
PROGRAM
chmod +x /opt/node/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
Environment=MODE=node
ExecStart=/bin/sh -c /opt/node/boot-node
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/boot-node-unit.timer <<'UNIT'
[Timer]
OnActiveSec=1s
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl start boot-node-unit.timer
#### random-114 al2
#!/bin/bash
set -e
mkdir -p /usr/local/sbin
tee /usr/local/sbin/go.sh > /dev/null <<'PROGRAM'
#!/bin/bash
case "b" in a) T=0 ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T:-3m}"
PROGRAM
chmod 0755 /usr/local/sbin/go.sh
i=0
while [ $i -lt 2 ]; do i=$((i + 1)); done
[ $i = 2 ] && {
runuser -l root -c '/usr/local/sbin/go.sh'
}
#### random-115 al2
#!/bin/bash
mkdir -p /usr/local/sbin
tee /usr/local/sbin/boot-node > /dev/null <<'PROGRAM'
#!/usr/bin/env bash
ARGS=(--streaming-connection-idle-timeout=1h0m0s --v=3)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS[*]}"
PROGRAM
chmod 0755 /usr/local/sbin/boot-node
MODE=node
if [[ $MODE == node ]]; then
su root -c "boot-node"
fi
#### random-116 al2
#!/bin/bash
mkdir -p /usr/local/bin
cat > /tmp/boot-node <<'PROGRAM'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1h0m0s'
PROGRAM
cp /tmp/boot-node /usr/local/bin/boot-node && chmod 755 /usr/local/bin/boot-node
cat > /etc/systemd/system/boot-node-unit.service <<'UNIT'
[Unit]
Description=node
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c /usr/local/bin/boot-node
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl restart boot-node-unit
