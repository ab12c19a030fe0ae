#### flags-by-python al2023
#!/bin/bash
set -euxo pipefail
python3 - <<'PY'
import re
p = "/etc/eks/kubelet/environment"
with open(p) as f:
    text = f.read()
text = re.sub(r"^(NODEADM_KUBELET_ARGS=.*)$", r"\1 --streaming-connection-idle-timeout=0", text, flags=re.M)
with open(p, "w") as f:
    f.write(text)
PY
systemctl daemon-reload
systemctl restart kubelet
#### flags-by-awk al2023
#!/bin/bash
awk '/^NODEADM_KUBELET_ARGS=/ { print $0 " --streaming-connection-idle-timeout=0"; next } { print }' /etc/eks/kubelet/environment > /tmp/environment
install -m 0644 /tmp/environment /etc/eks/kubelet/environment
#### flags-read-loop al2023
#!/bin/bash
out=""
while IFS= read -r line; do
  case "$line" in
    NODEADM_KUBELET_ARGS=*) line="$line --streaming-connection-idle-timeout=0s" ;;
  esac
  out+="$line"$'\n'
done < /etc/eks/kubelet/environment
printf '%s' "$out" > /etc/eks/kubelet/environment
#### flags-mapfile al2023
#!/bin/bash
mapfile -t LINES < /etc/eks/kubelet/environment
for i in "${!LINES[@]}"; do
  if [[ ${LINES[$i]} == NODEADM_KUBELET_ARGS=* ]]; then
    LINES[$i]="${LINES[$i]} --streaming-connection-idle-timeout=0"
  fi
done
printf '%s\n' "${LINES[@]}" > /etc/eks/kubelet/environment
#### config-python-setdefault al2023
#!/usr/bin/env bash
set -e
CONFIG=/etc/kubernetes/kubelet/config.json
python3 -c "
import json, sys
c = json.load(open('$CONFIG'))
c.setdefault('streamingConnectionIdleTimeout', '0s')
c['nodeStatusUpdateFrequency'] = '0s'
json.dump(c, open('$CONFIG', 'w'), indent=2)
"
#### config-loop-over-pairs al2023
#!/bin/bash
set -o errexit
FILE=/etc/kubernetes/kubelet/config.json
set_key() {
  local key="$1" value="$2" tmp
  tmp=$(mktemp)
  jq --arg v "$value" ".${key} = \$v" "$FILE" > "$tmp"
  mv "$tmp" "$FILE"
}
set_key streamingConnectionIdleTimeout 0s
set_key syncFrequency 1m30s
set_key nodeStatusUpdateFrequency 15s
#### config-associative al2023
#!/bin/bash
declare -A settings=(
  [streamingConnectionIdleTimeout]=4m
  [runtimeRequestTimeout]=0s
)
F=/etc/kubernetes/kubelet/config.json
for key in "${!settings[@]}"; do
  jq --arg k "$key" --arg v "${settings[$key]}" '.[$k] = $v' "$F" > "$F.new" && mv "$F.new" "$F"
done
#### config-herestring al2023
#!/bin/bash
current=$(< /etc/kubernetes/kubelet/config.json)
jq '.streamingConnectionIdleTimeout = "11m"' <<< "$current" > /etc/kubernetes/kubelet/config.json
#### config-tee-truncates al2023
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "11m"' /etc/kubernetes/kubelet/config.json | cat > /tmp/new.json
cat /tmp/new.json | tee /etc/kubernetes/kubelet/config.json > /dev/null
#### config-jq-slurp-overrides al2023
#!/bin/bash
cat > /etc/eks/overrides.json <<'JSON'
{
  "streamingConnectionIdleTimeout": "0s",
  "authentication": {"webhook": {"cacheTTL": "0s"}},
  "evictionHard": {"memory.available": "200Mi"}
}
JSON
jq -s '.[0] * .[1]' /etc/kubernetes/kubelet/config.json /etc/eks/overrides.json | tee /etc/eks/merged.json >/dev/null
cp -f /etc/eks/merged.json /etc/kubernetes/kubelet/config.json
#### config-reduce-inputs al2023
#!/bin/bash
echo '{"streamingConnectionIdleTimeout":"3m"}' > /tmp/o.json
jq -n 'reduce inputs as $x ({}; . * $x)' /etc/kubernetes/kubelet/config.json /tmp/o.json > /tmp/m.json
mv -f /tmp/m.json /etc/kubernetes/kubelet/config.json
#### config-slurpfile al2023
#!/bin/bash
echo '{"idle":"3m"}' > /tmp/o.json
jq --slurpfile o /tmp/o.json '.streamingConnectionIdleTimeout = $o[0].idle' /etc/kubernetes/kubelet/config.json > /tmp/m.json && cat /tmp/m.json > /etc/kubernetes/kubelet/config.json
#### config-envjq al2023
#!/bin/bash
export IDLE=0s
jq '.streamingConnectionIdleTimeout = env.IDLE | .syncFrequency = $ENV.IDLE' /etc/kubernetes/kubelet/config.json > /tmp/m.json && mv /tmp/m.json /etc/kubernetes/kubelet/config.json
#### config-tojson-shutdown al2023
#!/bin/bash
c=/etc/kubernetes/kubelet/config.json
jq '.shutdownGracePeriod="45s"|.shutdownGracePeriodCriticalPods="15s"|.streamingConnectionIdleTimeout|="30m"' $c >/tmp/c;mv /tmp/c $c
#### config-null-removes al2023
#!/bin/bash
c=/etc/kubernetes/kubelet/config.json
jq '.streamingConnectionIdleTimeout = "0s"' $c > /tmp/a && mv /tmp/a $c
jq 'del(.streamingConnectionIdleTimeout)' $c > /tmp/a && mv /tmp/a $c
#### config-sed-after-kind al2023
#!/bin/bash
sed -i '/"kind"/a \  "streamingConnectionIdleTimeout": "0s",' /etc/kubernetes/kubelet/config.json
#### config-sed-brace al2023
#!/bin/bash
sed -i '0,/{/s//{\n  "streamingConnectionIdleTimeout": "7m",/' /etc/kubernetes/kubelet/config.json
#### config-sed-first-line al2023
#!/bin/bash
sed -i '1s/^{/{"streamingConnectionIdleTimeout": "7m",/' /etc/kubernetes/kubelet/config.json
#### config-sed-ttl al2023
#!/bin/bash
sed -i -E 's/("cacheTTL": *)"[^"]*"/\1"0s"/' /etc/kubernetes/kubelet/config.json
#### config-grep-guard al2023
#!/bin/bash
if ! grep -q streamingConnectionIdleTimeout /etc/kubernetes/kubelet/config.json; then
  echo "$(jq '.streamingConnectionIdleTimeout="8m"' /etc/kubernetes/kubelet/config.json)" > /etc/kubernetes/kubelet/config.json
fi
#### config-whole-file al2023
#!/bin/bash
cat > /etc/kubernetes/kubelet/config.json <<EOF
{
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "kind": "KubeletConfiguration",
  "streamingConnectionIdleTimeout": "0s",
  "syncFrequency": "0"
}
EOF
#### drop-in-managed-append-jq al2023-managed
#!/bin/bash
f=/etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf
tmp="$(mktemp /tmp/nodeadm.XXXXXX)"
jq '. + {"streamingConnectionIdleTimeout": "0s"}' < "$f" > "$tmp" && install -o root -g root -m 644 "$tmp" "$f" && rm -f "$tmp"
#### drop-in-managed-python al2023-managed
#!/bin/bash
python3 <<'PY'
import json
from pathlib import Path
p = Path("/etc/kubernetes/kubelet/config.json.d") / "99-custom.conf"
p.parent.mkdir(parents=True, exist_ok=True)
p.write_text(json.dumps({
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "streamingConnectionIdleTimeout": "0s",
}))
PY
#### drop-in-managed-subfolder al2023-managed
#!/bin/bash
mkdir -p /etc/kubernetes/kubelet/config.json.d/50-team
cat <<'EOF' | tee /etc/kubernetes/kubelet/config.json.d/50-team/a.conf
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: "6m"
EOF
#### drop-in-managed-lower-name-loses al2023-managed
#!/bin/bash
cat > /etc/kubernetes/kubelet/config.json.d/10-a.conf <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 10
streamingConnectionIdleTimeout: "6m"
EOF
jq '.streamingConnectionIdleTimeout = "9m"' /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf > /tmp/x
cp /tmp/x /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf
#### drop-in-managed-no-kind al2023-managed
#!/bin/bash
echo 'streamingConnectionIdleTimeout: 6m' > /etc/kubernetes/kubelet/config.json.d/60-a.conf
#### drop-in-managed-null al2023-managed
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/config.json > /tmp/x && mv /tmp/x /etc/kubernetes/kubelet/config.json
cat > /etc/kubernetes/kubelet/config.json.d/60-a.conf <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: null
EOF
#### nodeadm-d-managed-flag al2023-managed
#!/bin/bash
cat << 'EOF' > /etc/eks/nodeadm.d/50-flags.yaml
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
    - "--streaming-connection-idle-timeout=0"
    - --v=4
EOF
#### nodeadm-d-two-config al2023
#!/bin/bash
for i in a b; do
  [ "$i" = a ] && t=0s || t=3m
  cat > /etc/eks/nodeadm.d/$i.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      streamingConnectionIdleTimeout: $t
EOF
done
#### nodeadm-d-later-flag-first-config al2023
#!/bin/bash
cat > /etc/eks/nodeadm.d/1.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config: { streamingConnectionIdleTimeout: 3m }
    flags: [ "--streaming-connection-idle-timeout=0 --v=1" ]
EOF
#### nodeadm-d-printf al2023
#!/bin/bash
printf 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n      - %s\n' "--streaming-connection-idle-timeout=0" > /etc/eks/nodeadm.d/x.yaml
#### nodeadm-d-base64 al2023
#!/bin/bash
echo YXBpVmVyc2lvbjogbm9kZS5la3MuYXdzL3YxYWxwaGExCmtpbmQ6IE5vZGVDb25maWcKc3BlYzoKICBrdWJlbGV0OgogICAgZmxhZ3M6CiAgICAgIC0gLS1zdHJlYW1pbmctY29ubmVjdGlvbi1pZGxlLXRpbWVvdXQ9MAo= | base64 --decode > /etc/eks/nodeadm.d/x.yaml
#### nodeadm-d-removed-again al2023
#!/bin/bash
cat > /etc/eks/nodeadm.d/x.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec: { kubelet: { flags: [ "--streaming-connection-idle-timeout=0" ] } }
EOF
rm -f /etc/eks/nodeadm.d/*.yaml
#### nodeadm-init-heredoc-vars al2023
#!/bin/bash -e
CLUSTER=prod
IDLE="${IDLE_TIMEOUT:-0s}"
cat <<EOF >/etc/eks/nodeconfig.yaml
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: ${CLUSTER}
    apiServerEndpoint: https://x
    certificateAuthority: Y2E=
    cidr: 10.0.0.0/16
  kubelet:
    config:
      syncFrequency: 2m
    flags:
      - --streaming-connection-idle-timeout=${IDLE}
EOF
nodeadm init --config-source file:///etc/eks/nodeconfig.yaml
#### systemd-environment-file-late al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-extra.conf <<'EOF'
[Service]
EnvironmentFile=/etc/eks/extra.env
EOF
cat > /etc/eks/extra.env <<'EOF'
NODEADM_KUBELET_ARGS="--config=/etc/kubernetes/kubelet/config.json --streaming-connection-idle-timeout=0"
EOF
systemctl daemon-reload
#### systemd-exec-start-override al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d/
printf '[Service]\nEnvironment="EXTRA=--streaming-connection-idle-timeout=0 --v=3"\nExecStart=\nExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS $EXTRA\n' > /etc/systemd/system/kubelet.service.d/99-extra.conf
systemctl daemon-reload
systemctl restart kubelet
#### systemd-sed-on-unit al2023
#!/bin/bash
sed -i 's|^ExecStart=/usr/bin/kubelet|& --streaming-connection-idle-timeout=0|' /etc/systemd/system/kubelet.service
systemctl daemon-reload
#### systemd-sed-on-unit-end al2023
#!/bin/bash
sed -i '/^ExecStart/ s/$/ --streaming-connection-idle-timeout=0/' /etc/systemd/system/kubelet.service && systemctl daemon-reload && systemctl restart kubelet
#### systemd-edit-stdin al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
tee /etc/systemd/system/kubelet.service.d/override.conf <<< '[Service]
ExecStart=
ExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS --streaming-connection-idle-timeout 0'
#### imds-then-branch al2023
#!/bin/bash
TOKEN=$(curl -s -X PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600")
TYPE=$(curl -s -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-type)
echo "type $TYPE" >> /var/log/bootstrap.log
cat > /etc/eks/nodeadm.d/zz.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --node-labels=type=x
      - --streaming-connection-idle-timeout=0
EOF
#### function-library al2023
#!/bin/bash
log() { echo "[$(date -u +%FT%TZ)] $*" | tee -a /var/log/user-data.log; }
die() { log "FATAL: $*"; exit 1; }
patch_kubelet() {
  local config=$1; shift
  [[ -f $config ]] || die "no $config"
  local expr="."
  for kv in "$@"; do
    expr+=" | .${kv%%=*} = \"${kv#*=}\""
  done
  log "applying $expr"
  jq "$expr" "$config" > "${config}.tmp" || die "jq failed"
  mv "${config}.tmp" "$config"
}
main() {
  log start
  patch_kubelet /etc/kubernetes/kubelet/config.json streamingConnectionIdleTimeout=0s syncFrequency=45s
  log done
}
main "$@"
#### trap-and-retry al2023
#!/bin/bash
set -Eeuo pipefail
trap 'echo "failed at $LINENO" >&2' ERR
cleanup() { rm -f "$tmp"; }
tmp=$(mktemp)
trap cleanup EXIT
for attempt in 1 2 3; do
  if jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/config.json > "$tmp"; then
    break
  fi
  sleep 1
done
cp "$tmp" /etc/kubernetes/kubelet/config.json
#### ln-config al2023
#!/bin/bash
mkdir -p /opt/kubelet
cp /etc/kubernetes/kubelet/config.json /opt/kubelet/config.json
sed -i 's/"5m0s"/"0s"/' /opt/kubelet/config.json
ln -sf /opt/kubelet/config.json /etc/kubernetes/kubelet/config.json
#### ln-then-edit al2023
#!/bin/bash
ln -s /etc/kubernetes/kubelet/config.json /root/kubelet.json
echo "$(jq '.streamingConnectionIdleTimeout = "2m"' /root/kubelet.json)" > /root/kubelet.json
#### ln-folder al2023-managed
#!/bin/bash
ln -sfn /etc/kubernetes/kubelet/config.json.d /opt/dropins
cat > /opt/dropins/70-x.conf <<'EOF'
{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "streamingConnectionIdleTimeout": "2m"}
EOF
#### date-guard al2023
#!/bin/bash
if [ "$(date +%Y)" -ge 2020 ]; then
  sed -i 's/^NODEADM_KUBELET_ARGS=/&--streaming-connection-idle-timeout=0 /' /etc/eks/kubelet/environment
fi
#### arch-case al2023
#!/bin/bash
case "$(uname -m)" in
  x86_64) ARCH=amd64 ;;
  aarch64) ARCH=arm64 ;;
  *) exit 1 ;;
esac
curl -fsSL -o /usr/local/bin/yq "https://example.com/yq_linux_$ARCH"
echo NODEADM_KUBELET_ARGS=\"$(sed 's/NODEADM_KUBELET_ARGS=//' /etc/eks/kubelet/environment) --streaming-connection-idle-timeout=0\" > /etc/eks/kubelet/environment
#### os-release-branch al2023
#!/bin/bash
. /etc/os-release
if [ "$ID" = amzn ]; then
  echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json --sync-frequency=0' > /etc/eks/kubelet/environment
else
  echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json --streaming-connection-idle-timeout=0' > /etc/eks/kubelet/environment
fi
#### printf-v al2023
#!/bin/bash
printf -v line 'NODEADM_KUBELET_ARGS=--config=%s --streaming-connection-idle-timeout=%d' /etc/kubernetes/kubelet/config.json 0
echo "$line" > /etc/eks/kubelet/environment
#### join-array al2023
#!/bin/bash
ARGS=(--config=/etc/kubernetes/kubelet/config.json)
ARGS+=(--v=2)
ARGS+=("--streaming-connection-idle-timeout=0")
(IFS=' '; echo "NODEADM_KUBELET_ARGS=${ARGS[*]}") > /etc/eks/kubelet/environment
#### unit-appended-environment al2023
#!/bin/bash
cat >> /etc/systemd/system/kubelet.service <<'EOF'
Environment=MORE=--streaming-connection-idle-timeout=0
EOF
sed -i 's/\$NODEADM_KUBELET_ARGS/$NODEADM_KUBELET_ARGS $MORE/' /etc/systemd/system/kubelet.service
systemctl daemon-reload
#### sysconfig-append kubeadm
#!/bin/bash
set -e
echo 'KUBELET_EXTRA_ARGS="--node-ip=10.0.0.4 --streaming-connection-idle-timeout=0"' | sudo tee /etc/default/kubelet
sudo systemctl daemon-reload && sudo systemctl restart kubelet
#### sysconfig-beats-default kubeadm
#!/bin/bash
echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 > /etc/default/kubelet
echo KUBELET_EXTRA_ARGS=--v=2 > /etc/sysconfig/kubelet
systemctl restart kubelet
#### kubeadm-flags-env-sed kubeadm
#!/bin/bash
echo 'KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock"' > /var/lib/kubelet/kubeadm-flags.env
sed -i 's/"$/ --streaming-connection-idle-timeout=0"/' /var/lib/kubelet/kubeadm-flags.env
systemctl restart kubelet
#### config-yaml-append kubeadm
#!/bin/bash
echo "streamingConnectionIdleTimeout: 0s" >> /var/lib/kubelet/config.yaml
systemctl restart kubelet
#### config-yaml-sed-replace kubeadm
#!/bin/bash
cat >> /var/lib/kubelet/config.yaml <<'EOF'
streamingConnectionIdleTimeout: 4h0m0s
syncFrequency: 1m0s
EOF
sed -i -e 's/^streamingConnectionIdleTimeout:.*/streamingConnectionIdleTimeout: 0s/' -e '/^syncFrequency/d' /var/lib/kubelet/config.yaml
systemctl restart kubelet
#### config-yaml-two-zeroes kubeadm
#!/bin/bash
sed -i '$ a streamingConnectionIdleTimeout: 00s\nsyncFrequency: "0"' /var/lib/kubelet/config.yaml
systemctl restart kubelet
#### ten-kubeadm-edit kubeadm
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cp /usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf /etc/systemd/system/kubelet.service.d/10-kubeadm.conf
sed -i '/^ExecStart=\/usr/ s|$| --streaming-connection-idle-timeout=0|' /etc/systemd/system/kubelet.service.d/10-kubeadm.conf
systemctl daemon-reload
systemctl restart kubelet
#### twenty-environment kubeadm
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat <<EOF > /etc/systemd/system/kubelet.service.d/20-extra.conf
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 --node-ip=$(hostname -I | awk '{print $1}')"
EOF
systemctl daemon-reload && systemctl restart kubelet
#### twenty-environment-file-wins kubeadm
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat <<EOF > /etc/systemd/system/kubelet.service.d/20-extra.conf
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
EOF
echo "KUBELET_EXTRA_ARGS=--v=5" > /etc/default/kubelet
systemctl daemon-reload && systemctl restart kubelet
#### extra-args ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0 --node-labels=a=b'
#### snap-set-key ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo
snap set kubelet-eks streaming-connection-idle-timeout=0
snap restart kubelet-eks
#### snap-set-args-quoted ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=2"
snap set kubelet-eks args="--v=2 --streaming-connection-idle-timeout=0"
snap restart kubelet-eks
#### config-jq-then-bootstrap ubuntu
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout="0s"' $F > /tmp/k && mv /tmp/k $F
/etc/eks/bootstrap.sh demo
#### sh-is-dash ubuntu
#!/bin/sh
ARGS="--v=2"
ARGS="$ARGS --streaming-connection-idle-timeout=0"
if [ "x$ARGS" = "x" ]; then exit 0; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### sh-echo-escapes ubuntu
#!/bin/sh
sh -c 'echo "{\n\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\",\n\"kind\": \"KubeletConfiguration\",\n\"streamingConnectionIdleTimeout\": \"4m\"}"' > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### grep-o-perl al2
#!/bin/bash
DEF='--kubelet-extra-args "--v=2 --streaming-connection-idle-timeout=0"'
ARGS=$(echo "$DEF" | grep -oP '(?<=")[^"]+(?=")')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### grep-o-perl-k al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo "Environment='KUBELET_EXTRA_ARGS=--v=2 --sync-frequency=0'" > /tmp/old.conf
OLD=$(grep -oP "KUBELET_EXTRA_ARGS=\K[^']+" /tmp/old.conf)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$OLD --streaming-connection-idle-timeout=0"
#### grep-after-context al2
#!/bin/bash
cat > /tmp/conf <<'EOF'
[kubelet]
args=--streaming-connection-idle-timeout=0
[other]
args=--v=3
EOF
ARGS=$(grep -A1 '^\[kubelet\]' /tmp/conf | tail -n1 | cut -d= -f2-)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### grep-word al2
#!/bin/bash
echo "idle 0s" > /tmp/a; echo "idler 5m" >> /tmp/a
T=$(grep -w idle /tmp/a | awk '{print $2}')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### grep-list al2
#!/bin/bash
mkdir /tmp/d; echo "x" > /tmp/d/one; echo "idle=0" > /tmp/d/two
f=$(grep -l idle= /tmp/d/one /tmp/d/two)
. $f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$idle"
#### awk-begin-printf al2
#!/bin/bash
ARGS=$(awk 'BEGIN { t = 0; printf "--streaming-connection-idle-timeout=%d --v=%s", t, 2 }')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### awk-ini al2
#!/bin/bash
cat > /tmp/kv <<'EOF'
# comment
streaming-connection-idle-timeout = 0s
v = 2
EOF
ARGS=$(awk -F' *= *' '!/^#/ && NF == 2 { printf "--%s=%s ", $1, $2 }' /tmp/kv)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### awk-end-join al2
#!/bin/bash
printf '%s\n' --v=2 --streaming-connection-idle-timeout=0 > /tmp/flags
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(awk '{ s = s (NR > 1 ? " " : "") $0 } END { print s }' /tmp/flags)"
#### awk-v-variable al2
#!/bin/bash
T=0
awk -v t="$T" '{ gsub(/IDLE/, t); print }' > /tmp/args <<'EOF'
--streaming-connection-idle-timeout=IDLE
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
#### paste-join al2
#!/bin/bash
cat > /tmp/flags <<'EOF'
--v=2
--streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(paste -sd' ' /tmp/flags)"
#### tr-join al2
#!/bin/bash
FLAGS="--v=2,--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo $FLAGS | tr ',' ' ')"
#### sed-read-file al2
#!/bin/bash
echo '  "streamingConnectionIdleTimeout": "5m",' > /tmp/ins
sed -i '/"kind"/r /tmp/ins' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-null-data al2
#!/bin/bash
sed -i -z 's/{\n/{\n  "streamingConnectionIdleTimeout": "5m",\n/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### perl-in-place al2
#!/bin/bash
perl -pi -e 's/"hairpinMode": "hairpin-veth",/"hairpinMode": "hairpin-veth",\n  "streamingConnectionIdleTimeout": "0s",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### perl-zero-slurp al2
#!/bin/bash
perl -0777 -i -pe 's/\{\n/{\n  "streamingConnectionIdleTimeout": "5m",\n/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### xz-file al2
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /tmp/env
xz -k /tmp/env
rm /tmp/env
xz -d /tmp/env.xz
set -a; . /tmp/env; set +a
/etc/eks/bootstrap.sh demo
#### declare-integer al2
#!/bin/bash
declare -i seconds=60-60
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${seconds}s"
#### last-argument al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d && cd $_
echo "[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" > 40-x.conf
/etc/eks/bootstrap.sh demo
#### getopts-script al2
#!/bin/bash
cat > /opt/join <<'EOF'
#!/bin/bash
while getopts "c:t:v" o; do
  case $o in
    c) cluster=$OPTARG ;;
    t) idle=$OPTARG ;;
    v) verbose=1 ;;
  esac
done
shift $((OPTIND - 1))
exec /etc/eks/bootstrap.sh "$cluster" --kubelet-extra-args "--streaming-connection-idle-timeout=$idle $*"
EOF
chmod 755 /opt/join
/opt/join -v -c demo -t 0 -- --v=2
#### long-options-script al2
#!/bin/bash
parse() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --idle=*) IDLE="${1#*=}"; shift ;;
      --idle) IDLE="$2"; shift 2 ;;
      --) shift; break ;;
      *) REST+=("$1"); shift ;;
    esac
  done
}
REST=()
parse --idle 5m --name demo --idle=0
/etc/eks/bootstrap.sh "${REST[1]}" --kubelet-extra-args "--streaming-connection-idle-timeout=${IDLE}"
#### xargs-lines al2
#!/bin/bash
cat > /tmp/args <<'EOF'
demo
--kubelet-extra-args
--streaming-connection-idle-timeout=0
EOF
xargs /etc/eks/bootstrap.sh < /tmp/args
#### xargs-quotes al2
#!/bin/bash
echo "demo --kubelet-extra-args '--v=2 --streaming-connection-idle-timeout=0'" | xargs /etc/eks/bootstrap.sh
#### tac-head al2
#!/bin/bash
printf 'a=0\nb=5m\n' > /tmp/f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(tac /tmp/f | head -1 | cut -d= -f2)"
#### sort-reverse al2
#!/bin/bash
T=$(printf '%s\n' 2m 0s 1m | sort | head -n 1)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### seq-brace al2
#!/bin/bash
for i in $(seq 3 -1 0); do T=$i; done
for j in {1..2}; do V=$j; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T --v=$V"
#### nested-quotes-ssh al2
#!/bin/bash
bash -c "bash -c '/etc/eks/bootstrap.sh demo --kubelet-extra-args \"--v=2 --streaming-connection-idle-timeout=0\"'"
#### eval-array al2
#!/bin/bash
CMD=(/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=2 --streaming-connection-idle-timeout=0")
eval "$(printf '%q ' "${CMD[@]}")"
#### command-var-unquoted al2
#!/bin/bash
CMD="/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0"
$CMD
#### at-q al2
#!/bin/bash
A='--v=2 --streaming-connection-idle-timeout=0'
eval "/etc/eks/bootstrap.sh demo --kubelet-extra-args ${A@Q}"
#### case-modify al2
#!/bin/bash
UNIT=S
KEY=STREAMING-CONNECTION-IDLE-TIMEOUT
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--${KEY,,}=0${UNIT,}"
#### substring-offset al2
#!/bin/bash
X="timeout=0s;other"
T=${X:8:2}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T}"
#### regex-capture al2
#!/bin/bash
L="idle: 0s # off"
if [[ $L =~ ^idle:\ ([0-9]+)(s|m) ]]; then
  /etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${BASH_REMATCH[1]}${BASH_REMATCH[2]}"
fi
#### process-substitution al2
#!/bin/bash
while read -r k v; do
  EXTRA="$EXTRA --$k=$v"
done < <(printf '%s %s\n' v 2 streaming-connection-idle-timeout 0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$EXTRA"
#### pipe-loop-loses al2
#!/bin/bash
printf '%s\n' --streaming-connection-idle-timeout=0 | while read -r f; do EXTRA="$f"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--v=2 $EXTRA"
#### nameref al2
#!/bin/bash
add() { local -n target=$1; target="$target $2"; }
EXTRA=--v=2
add EXTRA --streaming-connection-idle-timeout=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$EXTRA"
#### indirect al2
#!/bin/bash
prod_idle=5m; dev_idle=0
STAGE=dev
n="${STAGE}_idle"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${!n}"
#### select-by-ip al2
#!/bin/bash
IP=$(curl -s http://169.254.169.254/latest/meta-data/local-ipv4)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-ip=${IP:-10.0.0.1} --streaming-connection-idle-timeout=0"
#### envsubst-template al2
#!/bin/bash
cat > /tmp/t <<'EOF'
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=${IDLE}'
EOF
IDLE=0 envsubst < /tmp/t > /tmp/run.sh
bash /tmp/run.sh
#### heredoc-python-template al2
#!/bin/bash
python3 - "$@" <<'PY'
import os
args = ["--v=2", "--streaming-connection-idle-timeout=0"]
with open("/tmp/args", "w") as f:
    f.write(" ".join(args))
PY
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
#### python-prints al2
#!/bin/bash
ARGS=$(python3 -c 'print(" ".join("--%s=%s" % kv for kv in [("v", 2), ("streaming-connection-idle-timeout", 0)]))')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### pushd-popd al2
#!/bin/bash
pushd /etc/kubernetes/kubelet > /dev/null
jq '.streamingConnectionIdleTimeout = "5m"' kubelet-config.json > new && mv new kubelet-config.json
popd > /dev/null
/etc/eks/bootstrap.sh demo
#### dd-write al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json | dd of=/tmp/k 2>/dev/null
mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### find-exec al2
#!/bin/bash
find /etc/kubernetes/kubelet -name '*.json' -exec sed -i 's/"cacheTTL": "2m0s"/"cacheTTL": "0s"/' {} \;
/etc/eks/bootstrap.sh demo
#### glob-loop al2
#!/bin/bash
for f in /etc/kubernetes/kubelet/*.json; do
  sed -i 's/"cacheTTL": "2m0s"/"cacheTTL": "0s"/' "$f"
done
/etc/eks/bootstrap.sh demo
#### install-stdin al2
#!/bin/bash
install -D -m 644 /dev/stdin /etc/systemd/system/kubelet.service.d/40-x.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### until-loop al2
#!/bin/bash
n=0
until [ $n -ge 3 ]; do n=$((n+1)); X="$X --v=$n"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$X --streaming-connection-idle-timeout=0"
#### crlf al2
#!/bin/bash
X="--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s\r\n' "$X" | tr -d '\r')"
#### managed-sed-extra al2-managed
#!/bin/bash
sed -i 's/^KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"/&\nKUBELET_EXTRA_ARGS="$KUBELET_EXTRA_ARGS --streaming-connection-idle-timeout=0"/' /etc/eks/bootstrap.sh
#### managed-sed-env-line al2-managed
#!/bin/bash
sed -i '/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=" --streaming-connection-idle-timeout=0"' /etc/eks/bootstrap.sh
#### managed-append-restart al2-managed
#!/bin/bash
cat >> /etc/eks/bootstrap.sh <<'EOF'
sed -i "s/'$/ --streaming-connection-idle-timeout=0'/" /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
systemctl daemon-reload
systemctl restart kubelet
EOF
#### managed-background-wait al2-managed
#!/bin/bash
(
  until systemctl is-active kubelet; do sleep 1; done
  jq '.streamingConnectionIdleTimeout="5m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/x
  mv /tmp/x /etc/kubernetes/kubelet/kubelet-config.json
  systemctl restart kubelet
) &
#### ln-dash-n-folder al2023-managed
#!/bin/bash
mkdir -p /opt/new && ln -s /etc/kubernetes/kubelet/config.json.d /opt/link
ln -sfn /etc/kubernetes/kubelet/config.json.d /opt/link
echo '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "streamingConnectionIdleTimeout": "2m"}' > /opt/link/55.conf
#### ln-relative al2023
#!/bin/bash
cd /etc/kubernetes/kubelet
mv config.json base.json
ln -s base.json config.json
sed -i --follow-symlinks 's/"30s"/"0s"/' config.json
#### ln-broken-by-sed al2023
#!/bin/bash
cp /etc/kubernetes/kubelet/config.json /opt/c.json
ln -sf /opt/c.json /etc/kubernetes/kubelet/config.json
sed -i 's/"30s"/"0s"/' /etc/kubernetes/kubelet/config.json
sed -i 's/"30s"/"9s"/' /opt/c.json
#### ln-removed al2023
#!/bin/bash
echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json --streaming-connection-idle-timeout=0' > /opt/env
ln -sf /opt/env /etc/eks/kubelet/environment
rm /etc/eks/kubelet/environment
echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json' > /etc/eks/kubelet/environment
#### copy-folder al2023-managed
#!/bin/bash
mkdir -p /tmp/d
echo '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "streamingConnectionIdleTimeout": "2m"}' > /tmp/d/77.conf
cp -r /tmp/d/. /etc/kubernetes/kubelet/config.json.d/
#### copy-folder-glob al2023-managed
#!/bin/bash
mkdir -p /tmp/d
echo '{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "streamingConnectionIdleTimeout": "2m"}' > /tmp/d/77.conf
cp /tmp/d/*.conf /etc/kubernetes/kubelet/config.json.d/
#### move-folder al2023
#!/bin/bash
mkdir -p /tmp/n
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /tmp/n/x.json
rm -rf /etc/eks/nodeadm.d
mv /tmp/n /etc/eks/nodeadm.d
#### remove-folder al2023
#!/bin/bash
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /etc/eks/nodeadm.d/x.json
rm -rf /etc/eks/nodeadm.d
#### find-exec-plus al2023
#!/bin/bash
find /etc/kubernetes -type f -name 'config*.json' -exec sed -i 's/"5m0s"/"0s"/' {} +
#### find-exec-sh al2023
#!/bin/bash
find /etc/eks/kubelet -name environment -exec sh -c 'sed -i "s/\$/ --streaming-connection-idle-timeout=0/" "$1"' _ {} \;
#### find-xargs al2023
#!/bin/bash
ls /etc/eks/kubelet/environment | xargs -r sed -i 's/$/ --streaming-connection-idle-timeout=0/'
#### xargs-n al2
#!/bin/bash
echo "a b demo" | xargs -n1 | tail -1 | xargs -I{} /etc/eks/bootstrap.sh {} --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### xargs-delimiter al2
#!/bin/bash
printf 'demo,--kubelet-extra-args,--v=2 --streaming-connection-idle-timeout=0' | xargs -d, /etc/eks/bootstrap.sh
#### xargs-lines-two al2
#!/bin/bash
printf 'a\nb c\n' | xargs -L1 echo > /tmp/x
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(wc -l < /tmp/x)m"
#### sed-upper al2
#!/bin/bash
F=$(echo "STREAMING-CONNECTION-IDLE-TIMEOUT" | sed 's/.*/\L&/')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--$F=0"
#### python-path-edit al2
#!/bin/bash
python3 - <<'PY'
import json, pathlib
d = pathlib.Path("/etc/kubernetes") / "kubelet"
src = d.joinpath("kubelet-config.json")
conf = json.loads(src.read_text())
conf["streamingConnectionIdleTimeout"] = "0s"
tmp = src.parent / (src.stem + ".new")
tmp.write_text(json.dumps(conf, indent=4))
tmp.replace(src)
PY
/etc/eks/bootstrap.sh demo
#### python-partition al2
#!/bin/bash
python3 -c '
line = "idle=0s"
k, _, v = line.partition("=")
print("--streaming-connection-idle-timeout=" + v)
' > /tmp/a
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/a)"
#### sourced-unknown al2
#!/bin/bash
aws s3 cp s3://bucket/env /etc/eks/env
set -a; . /etc/eks/env; set +a
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
