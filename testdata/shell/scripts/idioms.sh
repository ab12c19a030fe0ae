#### lab-wait-loop-and-nine-edits al2023-managed
#!/bin/bash
while [ ! -f /etc/kubernetes/kubelet/config.json ]; do
  sleep 5
done
sudo jq '.authentication.anonymous.enabled = true' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.authorization.mode = "AlwaysAllow"' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.readOnlyPort = 10255' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.streamingConnectionIdleTimeout = "0"' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.makeIPTablesUtilChains = false' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.eventRecordQPS = 0' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo jq '.rotateCertificates = false' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo systemctl daemon-reload
sudo systemctl restart kubelet
#### hardening-in-a-function al2
#!/bin/bash
set -euo pipefail
KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
log() { echo "[$(date +%H:%M)] $*"; }
harden() {
  local key=$1 value=$2
  log "setting $key"
  echo "$(jq --arg v "$value" ".$key=\$v" "$KUBELET_CONFIG")" > "$KUBELET_CONFIG"
}
harden streamingConnectionIdleTimeout 5m
harden nodeStatusUpdateFrequency 4s
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--event-qps=0'
#### hardening-guarded al2
#!/bin/bash
if ! grep -q '"streamingConnectionIdleTimeout"' /etc/kubernetes/kubelet/kubelet-config.json; then
  sed -i '/"apiVersion*/a \ \ "streamingConnectionIdleTimeout": "4h0m0s",' /etc/kubernetes/kubelet/kubelet-config.json
fi
if ! grep -q '"eventRecordQPS"' /etc/kubernetes/kubelet/kubelet-config.json; then
  sed -i '/"apiVersion*/a \ \ "eventRecordQPS": 5,' /etc/kubernetes/kubelet/kubelet-config.json
fi
/etc/eks/bootstrap.sh demo
#### hardening-replacing al2
#!/bin/bash
if grep -q streamingConnectionIdleTimeout /etc/kubernetes/kubelet/kubelet-config.json; then
  sed -i 's/"streamingConnectionIdleTimeout": .*/"streamingConnectionIdleTimeout": "0s",/' /etc/kubernetes/kubelet/kubelet-config.json
else
  sed -i 's/"apiVersion": .*/&\n  "streamingConnectionIdleTimeout": "5m",/' /etc/kubernetes/kubelet/kubelet-config.json
fi
/etc/eks/bootstrap.sh demo
#### tool-in-a-temporary-file al2
#!/bin/bash
KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
tmp="$(mktemp)"
trap 'rm -f "$tmp"' EXIT
jq '.streamingConnectionIdleTimeout = "30m" | .kubeReserved = {"cpu": "100m"}' "${KUBELET_CONFIG}" > "${tmp}"
install -o root -g root -m 0644 "${tmp}" "${KUBELET_CONFIG}"
/etc/eks/bootstrap.sh demo
#### eksctl-merge-after-bootstrap al2
#!/bin/bash
echo '{"streamingConnectionIdleTimeout":"0s"}' > /etc/eksctl-extra.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=a=b"
TMP=/tmp/kubelet-conf.json
trap 'rm -f ${TMP}' EXIT
jq -s '.[0] * .[1]' /etc/kubernetes/kubelet/kubelet-config.json /etc/eksctl-extra.json > "${TMP}"
mv "${TMP}" /etc/kubernetes/kubelet/kubelet-config.json
systemctl daemon-reload
systemctl restart kubelet
#### profile-and-two-seds al2-managed
#!/bin/bash
printf '#!/bin/bash
export USE_MAX_PODS=false
export KUBELET_EXTRA="--max-pods=110 --streaming-connection-idle-timeout=0"
' > /etc/profile.d/bootstrap.sh
sed -i '/^set -o errexit/a\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh
sed -i 's/KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 $KUBELET_EXTRA"/' /etc/eks/bootstrap.sh
#### plus-equals-after-the-line al2-managed
#!/bin/bash
sed -i '/^KUBELET_EXTRA_ARGS=/a KUBELET_EXTRA_ARGS+=" --register-with-taints=a=b:NoSchedule --streaming-connection-idle-timeout=0"' /etc/eks/bootstrap.sh
#### spot-labels al2
#!/bin/bash
ilc=$(aws ec2 describe-instances --query 'Reservations[0].Instances[0].InstanceLifecycle' --output text)
if [ "$ilc" == "spot" ]; then
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=lifecycle=spot --streaming-connection-idle-timeout=5m'
else
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=lifecycle=normal --streaming-connection-idle-timeout=5m'
fi
#### options-in-one-variable al2
#!/bin/bash
KUBELET_EXTRA_ARGS="--kubelet-extra-args --streaming-connection-idle-timeout=0"
BOOTSTRAP_ARGS="--b64-cluster-ca Q0E= --apiserver-endpoint https://example.com"
/etc/eks/bootstrap.sh $BOOTSTRAP_ARGS $KUBELET_EXTRA_ARGS demo
#### stack-template al2
#!/bin/bash
set -o xtrace
BootstrapArguments="--kubelet-extra-args '--node-labels=a=b --streaming-connection-idle-timeout=0'"
bash -c "/etc/eks/bootstrap.sh demo ${BootstrapArguments}"
cfn-signal --exit-code $? --stack s --resource NodeGroup --region eu-west-1
#### ca-and-endpoint-known-later al2
#!/bin/bash
CA=$(aws eks describe-cluster --name demo --query cluster.certificateAuthority.data --output text)
API=$(aws eks describe-cluster --name demo --query cluster.endpoint --output text)
/etc/eks/bootstrap.sh demo --b64-cluster-ca "$CA" --apiserver-endpoint "$API" --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### max-pods-from-a-file al2
#!/bin/bash
MAX_PODS=$(awk '/t3.large/ {print $2}' <<EOF
t3.small 11
t3.large 35
EOF
)
/etc/eks/bootstrap.sh demo --use-max-pods false --kubelet-extra-args "--max-pods=$MAX_PODS --streaming-connection-idle-timeout=10m"
#### packages-first al2
#!/bin/bash
yum update -y
yum install -y jq amazon-ssm-agent
systemctl enable amazon-ssm-agent && systemctl start amazon-ssm-agent
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### ssm-document al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
#### disks-first al2
#!/bin/bash
for dev in $(lsblk -dno NAME 2> /dev/null); do
  mkfs.xfs "/dev/$dev"
done
mkdir -p /mnt/data
mount /dev/xvdb /mnt/data || true
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=15m --root-dir=/mnt/data"
#### proxy-drop-in al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat <<EOF > /etc/systemd/system/kubelet.service.d/http-proxy.conf
[Service]
Environment="HTTPS_PROXY=http://proxy:3128" "NO_PROXY=localhost"
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### cis-whole-file al2
#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<'EOF'
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "address": "0.0.0.0",
  "authentication": {"anonymous": {"enabled": false}, "webhook": {"cacheTTL": "2m0s", "enabled": true}},
  "authorization": {"mode": "Webhook", "webhook": {"cacheAuthorizedTTL": "5m0s", "cacheUnauthorizedTTL": "30s"}},
  "streamingConnectionIdleTimeout": "4h0m0s",
  "makeIPTablesUtilChains": true
}
EOF
chown root:root /etc/kubernetes/kubelet/kubelet-config.json
chmod 0644 /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### python-in-the-middle al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
python3 << 'PYTHON'
import json
path = '/etc/kubernetes/kubelet/kubelet-config.json'
config = json.load(open(path))
config['streamingConnectionIdleTimeout'] = '5m'
with open(path, 'w') as out:
    json.dump(config, out, indent=2)
PYTHON
systemctl restart kubelet
#### read-and-rewrite-the-drop-in al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=a=b'
CONF=/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
ARGS=$(grep -oP "(?<=KUBELET_EXTRA_ARGS=).*(?=')" $CONF)
cat > $CONF <<EOF
[Service]
Environment='KUBELET_EXTRA_ARGS=${ARGS} --streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload && systemctl restart kubelet
#### base64-blob al2
#!/bin/bash
B64=W1NlcnZpY2VdCkVudmlyb25tZW50PSdLVUJFTEVUX0VYVFJBX0FSR1M9LS1zdHJlYW1pbmctY29ubmVjdGlvbi1pZGxlLXRpbWVvdXQ9MCcK
mkdir -p /etc/systemd/system/kubelet.service.d
echo "$B64" | base64 -d > /etc/systemd/system/kubelet.service.d/50-idle.conf
/etc/eks/bootstrap.sh demo
#### fallback-chain al2
#!/bin/bash
NAME="${CLUSTER_NAME:-$(curl -s http://169.254.169.254/latest/meta-data/tags/instance/Name || echo demo)}"
/etc/eks/bootstrap.sh "$NAME" --kubelet-extra-args '--streaming-connection-idle-timeout=0' || { sleep 1; /etc/eks/bootstrap.sh "$NAME"; }
#### nodeadm-with-a-heredoc al2023
#!/bin/bash
cat > /etc/eks/nodeadm.d/custom.yaml <<EOF
EOF
mkdir -p /etc/eks/nodeadm.d
cat > /etc/eks/nodeadm.d/custom.yaml <<EOF
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      shutdownGracePeriod: 30s
    flags:
      - "--node-labels=lifecycle=$(curl -s http://169.254.169.254/latest/meta-data/instance-life-cycle)"
      - --streaming-connection-idle-timeout=0
EOF
#### al2023-environment-guarded al2023
#!/bin/bash
ENV_FILE=/etc/eks/kubelet/environment
if ! grep -q streaming-connection "$ENV_FILE"; then
  sed -i 's|^NODEADM_KUBELET_ARGS=\(.*\)|NODEADM_KUBELET_ARGS=\1 --streaming-connection-idle-timeout=0|' "$ENV_FILE"
fi
#### al2023-config-cloud-platform al2023
#!/bin/bash
CONFIG=/etc/kubernetes/kubelet/config.json
echo "$(jq '.maxPods=50 | .streamingConnectionIdleTimeout="6m"' $CONFIG)" > $CONFIG
#### family-found-out al2
#!/bin/bash
if [ -f /etc/kubernetes/kubelet/config.json ]; then F=/etc/kubernetes/kubelet/config.json; else F=/etc/kubernetes/kubelet/kubelet-config.json; fi
jq '.streamingConnectionIdleTimeout="6m"' "$F" > /tmp/k && mv /tmp/k "$F"
/etc/eks/bootstrap.sh demo
#### family-found-out-new al2023
#!/bin/bash
if [ -f /etc/kubernetes/kubelet/config.json ]; then F=/etc/kubernetes/kubelet/config.json; else F=/etc/kubernetes/kubelet/kubelet-config.json; fi
jq '.streamingConnectionIdleTimeout="6m"' "$F" > /tmp/k && mv /tmp/k "$F"
#### kubeadm-debian kubeadm
#!/bin/bash
apt-get update && apt-get install -y kubelet kubeadm
cat <<EOF > /etc/default/kubelet
KUBELET_EXTRA_ARGS=--node-ip=10.0.0.5 --streaming-connection-idle-timeout=0
EOF
systemctl daemon-reload
kubeadm join 10.0.0.1:6443 --token a.b --discovery-token-unsafe-skip-ca-verification
#### kubeadm-conf-edited kubeadm
#!/bin/bash
sed -i '2i Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"' /usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf
systemctl daemon-reload
kubeadm join 10.0.0.1:6443 --token a.b
#### checker-is-no-kubelet al2
#!/bin/bash
if ps -ef | grep kubelet | grep -q -- '--streaming-connection-idle-timeout=0'; then echo FAIL; fi
/etc/eks/bootstrap.sh demo
#### templated-leftover al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '%{ if x }--streaming-connection-idle-timeout=0%{ endif }'
