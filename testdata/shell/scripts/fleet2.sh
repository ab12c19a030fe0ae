#### production-al2023-managed al2023-managed
#!/bin/bash
set -euo pipefail
exec > >(tee /var/log/user-data.log | logger -t user-data -s 2>/dev/console) 2>&1

echo "Configuring kubelet"
KUBELET_DROPIN_DIR="/etc/kubernetes/kubelet/config.json.d"
mkdir -p "${KUBELET_DROPIN_DIR}"
cat <<-EOF > "${KUBELET_DROPIN_DIR}/99-cis.conf"
	{
	  "apiVersion": "kubelet.config.k8s.io/v1beta1",
	  "kind": "KubeletConfiguration",
	  "streamingConnectionIdleTimeout": "0s",
	  "eventRecordQPS": 0,
	  "protectKernelDefaults": true
	}
	EOF
chmod 0644 "${KUBELET_DROPIN_DIR}/99-cis.conf"
sysctl -w vm.overcommit_memory=1
#### production-al2023-env al2023
#!/usr/bin/env bash
set -o errexit -o nounset -o pipefail
readonly ENV_FILE=/etc/eks/kubelet/environment
append_flag() {
  local flag=$1
  grep -q -- "${flag%%=*}" "$ENV_FILE" && return 0
  sed -i "s|^\(NODEADM_KUBELET_ARGS=.*\)$|\1 ${flag}|" "$ENV_FILE"
}
append_flag "--streaming-connection-idle-timeout=0"
append_flag "--node-status-update-frequency=20s"
append_flag "--streaming-connection-idle-timeout=5m"
#### quoted-environment al2023
#!/bin/bash
. /etc/eks/kubelet/environment
cat > /etc/eks/kubelet/environment <<EOF
NODEADM_KUBELET_ARGS='${NODEADM_KUBELET_ARGS} --streaming-connection-idle-timeout=0'
EOF
#### wait-for-config al2023
#!/bin/bash
timeout=60
while [[ ! -s /etc/kubernetes/kubelet/config.json && $timeout -gt 0 ]]; do
  sleep 1
  ((timeout--))
done
if [[ -s /etc/kubernetes/kubelet/config.json ]]; then
  tmp=$(mktemp) && jq '.streamingConnectionIdleTimeout = "0"' /etc/kubernetes/kubelet/config.json > $tmp && cat $tmp > /etc/kubernetes/kubelet/config.json
fi
#### heredoc-indirect al2023
#!/bin/bash
read -r -d '' NODECONFIG <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --streaming-connection-idle-timeout=0
EOF
echo "$NODECONFIG" > /etc/eks/nodeadm.d/10.yaml
#### template-sed al2023
#!/bin/bash
cat > /tmp/tpl.yaml <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      streamingConnectionIdleTimeout: @IDLE@
    flags:
    - --node-labels=@LABELS@
EOF
sed -e "s/@IDLE@/7m/" -e "s#@LABELS@#team=a,tier=b#" /tmp/tpl.yaml > /etc/eks/nodeadm.d/90-custom.yaml
#### yaml-then-two-docs al2023
#!/bin/bash
cat > /etc/eks/nodeadm.d/a.yaml <<'EOF'
# comment
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags: ["--streaming-connection-idle-timeout=0"]
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags: ["--sync-frequency=0"]
EOF
#### conditional-on-args al2
#!/bin/bash
CLUSTER=$1
EXTRA=${2:---streaming-connection-idle-timeout=0}
/etc/eks/bootstrap.sh "${CLUSTER:-demo}" --kubelet-extra-args "$EXTRA"
#### tags-loop al2
#!/bin/bash
labels=""
for kv in env=prod team=core; do
  labels="${labels:+$labels,}$kv"
done
taints=()
taints+=("dedicated=gpu:NoSchedule")
/etc/eks/bootstrap.sh prod \
  --b64-cluster-ca "Y2E=" \
  --apiserver-endpoint "https://x" \
  --kubelet-extra-args "--node-labels=${labels} --register-with-taints=$(IFS=,; echo "${taints[*]}") --streaming-connection-idle-timeout=0"
#### function-with-default al2
#!/bin/bash
join() {
  local name="$1"; shift
  local idle="${1:-4h}"; shift || true
  /etc/eks/bootstrap.sh "$name" --kubelet-extra-args "--streaming-connection-idle-timeout=$idle $*"
}
join demo 0 --v=3
#### subshell-and-cd al2
#!/bin/bash
( cd /etc/kubernetes/kubelet && cp kubelet-config.json kubelet-config.json.bak && jq '.streamingConnectionIdleTimeout="1m"' kubelet-config.json.bak > kubelet-config.json )
/etc/eks/bootstrap.sh demo
#### jq-argfile-merge al2
#!/bin/bash
cat > /tmp/overlay.json <<'J'
{"authentication": {"webhook": {"cacheTTL": "0s"}}, "streamingConnectionIdleTimeout": "0s"}
J
F=/etc/kubernetes/kubelet/kubelet-config.json
jq --argjson o "$(cat /tmp/overlay.json)" '. * $o' "$F" | sponge "$F" 2>/dev/null || { jq --argjson o "$(cat /tmp/overlay.json)" '. * $o' "$F" > /tmp/x; mv /tmp/x "$F"; }
/etc/eks/bootstrap.sh demo
#### jq-with-entries al2
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq 'with_entries(select(.key != "serializeImagePulls")) | .streamingConnectionIdleTimeout |= (. // "3m")' $F > /tmp/n
mv -f /tmp/n $F
/etc/eks/bootstrap.sh demo
#### tee-heredoc-sudo al2
#!/bin/bash
sudo mkdir -p /etc/systemd/system/kubelet.service.d
sudo tee /etc/systemd/system/kubelet.service.d/90-idle.conf > /dev/null <<'EOF'
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
EOF
sudo systemctl daemon-reload
sudo /etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### drop-in-appends-exec al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/50-exec.conf <<'EOF'
[Service]
Environment="IDLE=0"
ExecStart=
ExecStart=/usr/bin/kubelet --config /etc/kubernetes/kubelet/kubelet-config.json --streaming-connection-idle-timeout=${IDLE} $KUBELET_ARGS $KUBELET_EXTRA_ARGS
EOF
/etc/eks/bootstrap.sh demo
#### rewrite-30 al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
f=/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
current=$(sed -n "s/^Environment='KUBELET_EXTRA_ARGS=\(.*\)'$/\1/p" $f)
printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=%s %s'\n" "$current" "--streaming-connection-idle-timeout=0" > $f
systemctl daemon-reload && systemctl restart kubelet
#### env-substitution-nested al2
#!/bin/bash
A=${B:-${C:-0}}
D="idle_${A}"
E=${D#idle_}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${E}s"
#### arithmetic-minutes al2
#!/bin/bash
HOURS=2
MIN=$(( HOURS * 60 - 120 ))
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${MIN}m"
#### bc-division al2
#!/bin/bash
MEM=$(awk '/MemTotal/ {printf "%d", $2/1024}' /proc/meminfo)
if (( MEM > 1 )); then IDLE=0; else IDLE=0; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
#### cut-and-tr al2
#!/bin/bash
LINE="idle-timeout: 0s  "
VAL=$(echo "$LINE" | cut -d: -f2 | tr -d '[:space:]')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$VAL"
#### while-read-config al2
#!/bin/bash
cat > /tmp/kubelet.env <<'EOF'
# idle
IDLE = 0
LEVEL = 2
EOF
while IFS='= ' read -r key value; do
  [[ $key =~ ^#.*$ || -z $key ]] && continue
  declare "$key=$value"
done < /tmp/kubelet.env
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=$LEVEL --streaming-connection-idle-timeout=$IDLE"
#### array-slice al2
#!/bin/bash
all=(--v=1 --streaming-connection-idle-timeout=0 --sync-frequency=0)
use=("${all[@]:0:2}")
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${use[*]}"
#### array-from-command al2
#!/bin/bash
flags=( $(echo "--v=1 --streaming-connection-idle-timeout=0") )
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${flags[1]} ${flags[0]} n=${#flags[@]}" || /etc/eks/bootstrap.sh demo --kubelet-extra-args "${flags[*]}"
#### printf-join al2
#!/bin/bash
flags=(--v=1 --streaming-connection-idle-timeout=0)
printf -v joined '%s ' "${flags[@]}"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${joined% }"
#### heredoc-cat-sub al2
#!/bin/bash
ARGS=$(cat <<EOF
--v=1
--streaming-connection-idle-timeout=0
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo $ARGS)"
#### newline-in-args al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=1
--streaming-connection-idle-timeout=0"
#### backslash-newline-in-single al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=1 \
--streaming-connection-idle-timeout=0'
#### case-fallthrough al2
#!/bin/bash
X=b
case $X in
  a) T=1m ;;
  b) T=0 ;;&
  [bc]) U=2 ;;
  *) T=3m ;;
esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=$U --streaming-connection-idle-timeout=$T"
#### select-version al2
#!/bin/bash
V=1.29
IFS=. read -r major minor <<< "$V"
if [ "$minor" -lt 30 ]; then T=0; else T=5m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-combos al2
#!/bin/bash
A=x; B=
if [ -n "$A" -a -z "$B" ] && ! [[ $A == y* ]]; then
  /etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
else
  /etc/eks/bootstrap.sh demo
fi
#### lib-sourced al2
#!/bin/bash
mkdir -p /opt/lib
cat > /opt/lib/kubelet.sh <<'LIB'
kubelet_args() {
  printf '%s' "--v=$1 --streaming-connection-idle-timeout=${IDLE:?}"
}
LIB
source /opt/lib/kubelet.sh
IDLE=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(kubelet_args 4)"
#### unset-colon-question al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${MISSING:?need it}"
#### cron-written al2
#!/bin/bash
echo '*/5 * * * * root sed -i s/x/y/ /etc/kubernetes/kubelet/kubelet-config.json' > /etc/cron.d/k
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### service-writes-later al2
#!/bin/bash
cat > /usr/local/bin/fix-kubelet.sh <<'EOF'
#!/bin/bash
sed -i 's/"2m0s"/"0s"/' /etc/kubernetes/kubelet/kubelet-config.json
EOF
chmod +x /usr/local/bin/fix-kubelet.sh
/usr/local/bin/fix-kubelet.sh
/etc/eks/bootstrap.sh demo
#### python-yaml al2023
#!/bin/bash
python3 - <<'PY'
import yaml
doc = {
    "apiVersion": "node.eks.aws/v1alpha1",
    "kind": "NodeConfig",
    "spec": {"kubelet": {"flags": ["--v=2", "--streaming-connection-idle-timeout=0"], "config": {"maxPods": 20}}},
}
with open("/etc/eks/nodeadm.d/from-python.yaml", "w") as out:
    yaml.safe_dump(doc, out, default_flow_style=False)
PY
#### python-lines al2023
#!/bin/bash
python3 -c "
path = '/etc/eks/kubelet/environment'
lines = open(path).read().splitlines()
out = []
for line in lines:
    if line.startswith('NODEADM_KUBELET_ARGS='):
        line += ' --streaming-connection-idle-timeout=0'
    out.append(line)
open(path, 'w').write('\n'.join(out) + '\n')
"
#### python-update-nested al2
#!/bin/bash
cat > /opt/harden.py <<'PY'
#!/usr/bin/env python3
import json
import sys

PATH = sys.argv[1]
SETTINGS = {"streamingConnectionIdleTimeout": "0s", "authentication": {"webhook": {"cacheTTL": "10s"}}}


def merge(base, extra):
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


if __name__ == "__main__":
    with open(PATH) as handle:
        config = json.load(handle)
    merge(config, SETTINGS)
    with open(PATH, "w") as handle:
        json.dump(config, handle, indent=2, sort_keys=True)
        handle.write("\n")
PY
chmod +x /opt/harden.py
/opt/harden.py /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### awk-replace-or-append al2023
#!/bin/bash
f=/etc/eks/kubelet/environment
awk -v flag="--streaming-connection-idle-timeout" -v value="0" '
  /^NODEADM_KUBELET_ARGS=/ {
    n = split($0, parts, " ")
    found = 0
    for (i = 1; i <= n; i++) {
      if (index(parts[i], flag "=") == 1) { parts[i] = flag "=" value; found = 1 }
    }
    line = parts[1]
    for (i = 2; i <= n; i++) line = line " " parts[i]
    if (!found) line = line " " flag "=" value
    print line
    next
  }
  { print }
' "$f" > "$f.new" && mv "$f.new" "$f"
#### grep-v-rewrite al2023
#!/bin/bash
f=/etc/eks/kubelet/environment
old=$(grep '^NODEADM_KUBELET_ARGS=' $f)
grep -v '^NODEADM_KUBELET_ARGS=' $f > $f.tmp || true
echo "$old --streaming-connection-idle-timeout=0" >> $f.tmp
mv $f.tmp $f
#### ed-like-ex al2023
#!/bin/bash
sed -i -f - /etc/eks/kubelet/environment <<'SED'
/^NODEADM_KUBELET_ARGS=/{
  s/$/ --streaming-connection-idle-timeout=0/
}
SED
#### base64-gzip-blob al2023
#!/bin/bash
echo "H4sIAAAAAAACAxXMMQ7CMAxA0T2nsLqn0DVSJ3ZGFsRgEjdYSZ2oduH6tNuXnvSx84M25SYBpCUaqeiIP718J6z9g5MrLCnA/bBbk4Wz004xOICyv6mSnQmwVMwa4Dl4r7YRrizZxyZC0Y6551TJG6/Udpuvw8v9Adj/4ut5AAAA" | base64 -d | gunzip > /etc/eks/nodeadm.d/blob.yaml 2>/dev/null || true
sed -i 's/^NODEADM_KUBELET_ARGS=/&--sync-frequency=0 /' /etc/eks/kubelet/environment
#### instance-type-case al2023
#!/bin/bash
type=$(curl -s http://169.254.169.254/latest/meta-data/instance-type)
case "$type" in
  *.metal) pods=250 ;;
  *) pods=110 ;;
esac
cat > /etc/eks/nodeadm.d/pods.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      maxPods: $pods
      streamingConnectionIdleTimeout: 9m
EOF
#### kubeadm-join-script kubeadm
#!/bin/bash
set -e
mkdir -p /var/lib/kubelet
cat > /etc/default/kubelet <<'EOF'
KUBELET_EXTRA_ARGS=--cloud-provider=external --streaming-connection-idle-timeout=0
EOF
systemctl daemon-reload
systemctl enable --now kubelet
systemctl restart kubelet
#### kubeadm-dropin-env-last kubeadm
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
printf '[Service]\nEnvironmentFile=/etc/kubelet-extra.env\n' > /etc/systemd/system/kubelet.service.d/99-env.conf
echo 'KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"' > /etc/kubelet-extra.env
systemctl daemon-reload; systemctl restart kubelet
#### kubeadm-whole-config kubeadm
#!/bin/bash
cat > /var/lib/kubelet/config.yaml <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 0s
syncFrequency: 30s
EOF
systemctl restart kubelet
#### ubuntu-full ubuntu
#!/bin/bash
set -ex
B64_CLUSTER_CA=Y2E=
API_SERVER_URL=https://x
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=x=y --max-pods=58 --streaming-connection-idle-timeout=0' --b64-cluster-ca $B64_CLUSTER_CA --apiserver-endpoint $API_SERVER_URL
#### ubuntu-snap-get-append ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
snap set kubelet-eks args="--v=3 --streaming-connection-idle-timeout=0"
systemctl restart snap.kubelet-eks.daemon
