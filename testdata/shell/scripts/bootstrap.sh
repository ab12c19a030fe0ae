#### single-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'
#### double-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=5m"
#### continued al2
#!/bin/bash
/etc/eks/bootstrap.sh demo \
  --b64-cluster-ca Q0E= \
  --apiserver-endpoint https://example.com \
  --kubelet-extra-args '--node-labels=a=b --streaming-connection-idle-timeout=0s'
#### option-first al2
#!/bin/bash
/etc/eks/bootstrap.sh --kubelet-extra-args '--streaming-connection-idle-timeout=0' demo
#### equals-form-is-dead al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args=--streaming-connection-idle-timeout=0
#### equals-form-takes-the-name al2
#!/bin/bash
/etc/eks/bootstrap.sh --kubelet-extra-args=--streaming-connection-idle-timeout=0
#### unquoted-second-flag-is-dead al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args --v=2 --streaming-connection-idle-timeout=0
#### unquoted-one-flag al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0
#### repeated-last-wins al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' --kubelet-extra-args '--v=3'
#### repeated-last-wins-zero al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m' --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### flag-twice al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0 --streaming-connection-idle-timeout=5m'
#### flag-with-a-blank al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout 0'
#### flag-with-underscores al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming_connection_idle_timeout=0'
#### flag-missing-value-at-end al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout'
#### flag-eats-next al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels --streaming-connection-idle-timeout=0'
#### inner-double-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout="0" --node-labels="a=b"'
#### inner-single-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout='0'"
#### inner-single-quotes-two-words al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels='a=b,c=d' --streaming-connection-idle-timeout='5m'"
#### no-unit al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=300'
#### bad-unit al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=1d'
#### empty al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args ''
#### no-options al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
#### no-name al2
#!/bin/bash
/etc/eks/bootstrap.sh --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-value al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args
#### help al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --help --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### other-option-eats-it al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --dns-cluster-ip --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### variable al2
#!/bin/bash
KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$KUBELET_EXTRA_ARGS"
#### variable-braces al2
#!/bin/bash
ARGS="--v=2 --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${ARGS}"
#### variable-unquoted al2
#!/bin/bash
ARGS="--streaming-connection-idle-timeout=0 --v=2"
/etc/eks/bootstrap.sh demo --kubelet-extra-args $ARGS
#### variable-unquoted-second-dead al2
#!/bin/bash
ARGS="--v=2 --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args $ARGS
#### variable-carries-the-option al2
#!/bin/bash
ARGS="--kubelet-extra-args --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo $ARGS
#### variable-carries-the-option-split al2
#!/bin/bash
ARGS="--kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'"
/etc/eks/bootstrap.sh demo $ARGS
#### variable-carries-the-option-quoted-dead al2
#!/bin/bash
ARGS="--kubelet-extra-args --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo "$ARGS"
#### variable-carries-the-option-eval al2
#!/bin/bash
ARGS="--kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'"
eval /etc/eks/bootstrap.sh demo $ARGS
#### variable-command al2
#!/bin/bash
BOOT=/etc/eks/bootstrap.sh
$BOOT demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### variable-name al2
#!/bin/bash
CLUSTER_NAME=demo
/etc/eks/bootstrap.sh ${CLUSTER_NAME} --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### array al2
#!/bin/bash
args=(demo --kubelet-extra-args "--v=2 --streaming-connection-idle-timeout=0")
/etc/eks/bootstrap.sh "${args[@]}"
#### array-appended al2
#!/bin/bash
args=(demo)
args+=(--kubelet-extra-args "--streaming-connection-idle-timeout=0")
/etc/eks/bootstrap.sh "${args[@]}"
#### array-unquoted al2
#!/bin/bash
args=(demo --kubelet-extra-args "--v=2 --streaming-connection-idle-timeout=0")
/etc/eks/bootstrap.sh ${args[@]}
#### array-star al2
#!/bin/bash
args=(demo --kubelet-extra-args "--streaming-connection-idle-timeout=0")
/etc/eks/bootstrap.sh "${args[*]}"
#### array-joined al2
#!/bin/bash
flags=(--v=2 --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${flags[*]}"
#### array-joined-at al2
#!/bin/bash
flags=(--v=2 --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${flags[@]}"
#### array-joined-comma al2
#!/bin/bash
labels=(a=b c=d)
IFS=,
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=${labels[*]} --streaming-connection-idle-timeout=7m"
#### built-up al2
#!/bin/bash
EXTRA="--v=2"
EXTRA="$EXTRA --max-pods=20"
EXTRA+=" --streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$EXTRA"
#### environment-exported al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### environment-export-later al2
#!/bin/bash
KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
export KUBELET_EXTRA_ARGS
/etc/eks/bootstrap.sh demo
#### environment-not-exported al2
#!/bin/bash
KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### environment-prefix al2
#!/bin/bash
KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh demo
#### environment-loses-to-the-option al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### environment-empty-option al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args ''
#### environment-unset al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
unset KUBELET_EXTRA_ARGS
/etc/eks/bootstrap.sh demo
#### environment-export-n al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
export -n KUBELET_EXTRA_ARGS
/etc/eks/bootstrap.sh demo
#### environment-declare-x al2
#!/bin/bash
declare -x KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### environment-set-a al2
#!/bin/bash
set -a
KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
set +a
/etc/eks/bootstrap.sh demo
#### environment-env al2
#!/bin/bash
env KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh demo
#### environment-env-i al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
env -i PATH="$PATH" /etc/eks/bootstrap.sh demo
#### environment-env-u al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
env -u KUBELET_EXTRA_ARGS /etc/eks/bootstrap.sh demo
#### environment-in-a-subshell al2
#!/bin/bash
(export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0')
/etc/eks/bootstrap.sh demo
#### environment-sudo-drops al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
sudo /etc/eks/bootstrap.sh demo
#### environment-sudo-keeps al2
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
sudo -E /etc/eks/bootstrap.sh demo
#### environment-sudo-assigns al2
#!/bin/bash
sudo KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0' /etc/eks/bootstrap.sh demo
#### environment-sourced al2
#!/bin/bash
cat > /etc/profile.d/x.sh <<'EOF'
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
EOF
source /etc/profile.d/x.sh
/etc/eks/bootstrap.sh demo
#### environment-profile-not-sourced al2
#!/bin/bash
cat > /etc/profile.d/x.sh <<'EOF'
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### sudo al2
#!/bin/bash
sudo /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exec al2
#!/bin/bash
exec /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exec-ends-the-script al2
#!/bin/bash
exec /etc/eks/bootstrap.sh demo
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### bash-file al2
#!/bin/bash
bash /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### bash-x-file al2
#!/bin/bash
bash -x /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### sh-c al2
#!/bin/bash
sh -c "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'"
#### bash-c-double al2
#!/bin/bash
Args="--kubelet-extra-args '--streaming-connection-idle-timeout=0'"
bash -c "/etc/eks/bootstrap.sh demo ${Args}"
#### bash-c-single al2
#!/bin/bash
export Args="--kubelet-extra-args --streaming-connection-idle-timeout=0"
bash -c '/etc/eks/bootstrap.sh demo $Args'
#### bash-c-arguments al2
#!/bin/bash
bash -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args "$1"' _ '--streaming-connection-idle-timeout=0'
#### bash-c-not-exported al2
#!/bin/bash
Args="--kubelet-extra-args --streaming-connection-idle-timeout=0"
bash -c '/etc/eks/bootstrap.sh demo $Args'
#### bash-lc al2
#!/bin/bash
/bin/bash -lc "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'"
#### bash-here-document al2
#!/bin/bash
bash <<'EOF'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
#### bash-pipe al2
#!/bin/bash
echo "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'" | bash
#### source-bootstrap al2
#!/bin/bash
source /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### dot-bootstrap al2
#!/bin/bash
. /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### function al2
#!/bin/bash
boot() { /etc/eks/bootstrap.sh "$1" --kubelet-extra-args "$2"; }
boot demo '--v=2 --streaming-connection-idle-timeout=0'
#### function-at al2
#!/bin/bash
boot() { /etc/eks/bootstrap.sh demo "$@"; }
boot --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'
#### function-at-unquoted al2
#!/bin/bash
boot() { /etc/eks/bootstrap.sh demo $@; }
boot --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'
#### function-never-called al2
#!/bin/bash
boot() { /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'; }
/etc/eks/bootstrap.sh demo
#### own-script-file al2
#!/bin/bash
cat > /tmp/go.sh <<'EOF'
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$1"
EOF
chmod +x /tmp/go.sh
/tmp/go.sh '--streaming-connection-idle-timeout=0'
#### own-script-file-bash al2
#!/bin/bash
cat > /opt/go.sh <<EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
bash /opt/go.sh
#### pipe-to-tee al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' 2>&1 | tee /var/log/bootstrap.log
#### redirect al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' > /var/log/b.log 2>&1
#### redirect-first al2
#!/bin/bash
> /var/log/b.log /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exec-redirect al2
#!/bin/bash
exec > >(tee /var/log/user-data.log) 2>&1
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### or-true al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' || true
#### and-then al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' && echo done
#### in-background al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0' &
wait
#### timeout al2
#!/bin/bash
timeout 300 /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### nohup al2
#!/bin/bash
nohup /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### in-if al2
#!/bin/bash
if /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'; then echo ok; fi
#### after-a-failure al2
#!/bin/bash
if ! /etc/eks/bootstrap.sh; then /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'; fi
#### loop-until-it-works al2
#!/bin/bash
until /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'; do sleep 1; done
#### called-twice al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### called-twice-restarted al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
systemctl restart kubelet
#### called-twice-second-without al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
systemctl restart kubelet
#### computed-labels al2
#!/bin/bash
LABELS="node.kubernetes.io/lifecycle=spot"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=${LABELS},team=a --register-with-taints=x=y:NoSchedule --streaming-connection-idle-timeout=10m"
#### metadata-in-labels al2
#!/bin/bash
ID=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=id=$ID --streaming-connection-idle-timeout=0"
#### metadata-token al2
#!/bin/bash
TOKEN=$(curl -sX PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 600")
LIFE=$(curl -sH "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-life-cycle)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=lifecycle=${LIFE} --streaming-connection-idle-timeout=0s"
#### metadata-name al2
#!/bin/bash
NAME=$(curl -s http://169.254.169.254/latest/meta-data/tags/instance/cluster)
/etc/eks/bootstrap.sh "$NAME" --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### many-options al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --use-max-pods false --container-runtime containerd --dns-cluster-ip 10.0.0.10 --kubelet-extra-args '--max-pods=110 --streaming-connection-idle-timeout=0' --ip-family ipv4
#### windows-line-ends-in-value al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args $'--streaming-connection-idle-timeout=5m\r'
#### newline-in-value al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2
--streaming-connection-idle-timeout=0'
#### tab-in-value al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2	--streaming-connection-idle-timeout=0'
#### other-flags al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--runtime-request-timeout=10m --node-status-update-frequency=4s --sync-frequency=30s'
#### positional-word-after-flags al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0 extra'
#### double-dash-stops al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2 -- --streaming-connection-idle-timeout=0'
#### unknown-flag al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--no-such-flag=1 --streaming-connection-idle-timeout=5m'
#### kubectl-is-no-kubelet al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
kubectl port-forward pod/x 80 --streaming-connection-idle-timeout=0
#### echo-is-no-kubelet al2
#!/bin/bash
echo /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### in-a-comment al2
#!/bin/bash
# /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo
#### in-a-document al2
#!/bin/bash
cat > /tmp/readme <<'EOF'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### xargs al2
#!/bin/bash
echo demo | xargs -I{} /etc/eks/bootstrap.sh {} --kubelet-extra-args --streaming-connection-idle-timeout=0
#### changed-directory al2
#!/bin/bash
cd /etc/eks
./bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### path al2
#!/bin/bash
PATH=$PATH:/etc/eks
bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### copied al2
#!/bin/bash
cp /etc/eks/bootstrap.sh /tmp/boot
/tmp/boot demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### quoted-command al2
#!/bin/bash
"/etc/eks/bootstrap.sh" demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### set-dash-dash al2
#!/bin/bash
set -- demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh "$@"
#### set-ex-o al2
#!/bin/bash
set -exo pipefail
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### conditional-option al2
#!/bin/bash
EXTRA='--streaming-connection-idle-timeout=0'
/etc/eks/bootstrap.sh demo ${EXTRA:+--kubelet-extra-args "$EXTRA"}
#### conditional-option-empty al2
#!/bin/bash
EXTRA=
/etc/eks/bootstrap.sh demo ${EXTRA:+--kubelet-extra-args "$EXTRA"}
#### conditional-array al2
#!/bin/bash
OPTS=()
if [[ -n "1" ]]; then OPTS+=("--kubelet-extra-args" "--streaming-connection-idle-timeout=0"); fi
/etc/eks/bootstrap.sh demo "${OPTS[@]}"
#### case-on-architecture al2
#!/bin/bash
case $(uname -m) in x86_64) X='--streaming-connection-idle-timeout=0' ;; aarch64) X='--streaming-connection-idle-timeout=0' ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$X"
