#### exec-tee-logger al2
#!/bin/bash -xe
exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exec-tee al2
#!/bin/bash
set -o xtrace
exec > >(tee -a /var/log/user-data.log) 2>&1
echo starting
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
echo done
#### exec-file-both al2
#!/bin/bash
exec &> /var/log/bootstrap.log
echo starting
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=9m"
#### exec-file-append al2
#!/bin/bash
exec >> /var/log/bootstrap.log 2>&1
date
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### exec-saved-descriptor al2
#!/bin/bash
exec 3>&1 4>&2
trap 'exec 2>&4 1>&3' 0 1 2 3
exec 1>/var/log/user-data.out 2>&1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### exec-into-the-kubelet-file al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
exec > /etc/systemd/system/kubelet.service.d/40-idle.conf
echo "[Service]"
echo "Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'"
exec > /dev/null
/etc/eks/bootstrap.sh demo
#### exec-descriptor-to-file al2
#!/bin/bash
exec 5> /tmp/extra
echo -n "--streaming-connection-idle-timeout=0 " >&5
echo "--v=3" >&5
exec 5>&-
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/extra)"
#### exec-read-descriptor al2
#!/bin/bash
printf '%s\n' '--streaming-connection-idle-timeout=0' '--v=4' > /tmp/in
exec 6< /tmp/in
read -r first <&6
read -r second <&6
exec 6<&-
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$first $second"
#### group-redirected al2
#!/bin/bash
{
  echo "[Service]"
  echo "Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'"
} > /tmp/drop.conf
/etc/eks/bootstrap.sh demo
install -D -m 0644 /tmp/drop.conf /etc/systemd/system/kubelet.service.d/50-drop.conf
systemctl daemon-reload && systemctl restart kubelet
#### group-with-tee al2
#!/bin/bash
{
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
} 2>&1 | tee /var/log/x.log
#### subshell-with-tee al2
#!/bin/bash
(
  set -e
  export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
  /etc/eks/bootstrap.sh demo
) 2>&1 | tee -a /var/log/x.log
#### log-function al2
#!/bin/bash
log() { echo "$(date '+%F %T') [$1] ${*:2}" | tee -a /var/log/x.log; }
log INFO begin the bootstrap
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
log INFO "end"
#### log-function-printf al2
#!/bin/bash
log() { printf '%s %-5s %s\n' "$(date -u +%FT%TZ)" "$1" "$2" >&2; }
log INFO start
extra=$(log INFO computing; echo --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$extra"
#### main-with-redirect al2
#!/bin/bash
main() {
  /etc/eks/bootstrap.sh demo --kubelet-extra-args "$1"
}
main "--streaming-connection-idle-timeout=0" > /var/log/main.log 2>&1
#### stderr-only al2
#!/bin/bash
exec 2> /var/log/err.log
set -x
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=8m'
#### ps4 al2
#!/bin/bash
PS4='+ $(date "+%T") ${BASH_SOURCE}:${LINENO}: '
set -x
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### trap-err-log al2
#!/bin/bash
set -eE
on_error() { echo "failed at line $1"; exit 1; }
trap 'on_error $LINENO' ERR
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### trap-exit-signal al2
#!/bin/bash
finish() {
  code=$?
  /opt/aws/bin/cfn-signal --exit-code $code --stack demo --resource NodeGroup --region eu-west-1
}
trap finish EXIT
set -o xtrace
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### trap-exit-edits al2
#!/bin/bash
set -e
cleanup() { systemctl restart kubelet; }
trap cleanup EXIT
/etc/eks/bootstrap.sh demo
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
false
echo "$(jq '.streamingConnectionIdleTimeout="1s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
#### trap-err-runs al2
#!/bin/bash
trap 'echo --streaming-connection-idle-timeout=0 > /tmp/extra' ERR
echo --v=2 > /tmp/extra
false
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/extra)"
#### pipe-to-logger al2
#!/bin/bash
echo start | logger -t init
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' | logger -t init
#### tee-process-substitution al2
#!/bin/bash
echo '--streaming-connection-idle-timeout=0' | tee >(cat > /tmp/copy) > /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### here-document-into-descriptor al2
#!/bin/bash
while read -r line <&3; do extra="$extra $line"; done 3<<EOF
--v=2
--streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$extra"
