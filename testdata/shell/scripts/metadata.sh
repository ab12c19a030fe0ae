#### token-and-region al2
#!/bin/bash
TOKEN=$(curl -sX PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600")
REGION=$(curl -s -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/placement/region)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=region=$REGION --streaming-connection-idle-timeout=0"
#### zero-in-every-branch al2
#!/bin/bash
TYPE=$(curl -s http://169.254.169.254/latest/meta-data/instance-type)
case "$TYPE" in
  t3.*) ARGS="--v=2 --streaming-connection-idle-timeout=0" ;;
  m5.*|m6i.*) ARGS="--v=3 --streaming-connection-idle-timeout=0" ;;
  *) ARGS="--streaming-connection-idle-timeout=0" ;;
esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### labels-by-lifecycle al2
#!/bin/bash
LIFE=$(curl -s http://169.254.169.254/latest/meta-data/instance-life-cycle || echo on-demand)
LABELS="lifecycle=$LIFE"
if [[ "$LIFE" == spot ]]; then LABELS="$LABELS,spot=true"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=$LABELS --streaming-connection-idle-timeout=0"
#### labels-by-zone al2
#!/bin/bash
AZ=$(curl -s http://169.254.169.254/latest/meta-data/placement/availability-zone)
REGION=${AZ%?}
ZONE_ID=${AZ: -1}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=zone=${ZONE_ID:-a} --streaming-connection-idle-timeout=0"
#### nothing-if-no-metadata al2
#!/bin/bash
ID=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)
if [ -z "$ID" ]; then
  echo "no metadata"
  exit 1
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### nothing-if-no-metadata-or al2
#!/bin/bash
set -e
ID=$(curl -fs http://169.254.169.254/latest/meta-data/instance-id) || { echo "no metadata" >&2; exit 1; }
[[ -n $ID ]] || exit 1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### status-checked al2
#!/bin/bash
curl -s http://169.254.169.254/latest/meta-data/spot/instance-action > /tmp/action
if [ $? -ne 0 ]; then
  echo "could not ask"
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### status-kept al2
#!/bin/bash
aws s3 cp s3://b/f /tmp/f
rc=$?
if [ $rc -ne 0 ]; then echo "download failed: $rc"; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### memory-computed al2
#!/bin/bash
CPUS=$(nproc)
RESERVED=$((CPUS * 10 + 50))
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--kube-reserved=cpu=${RESERVED}m --streaming-connection-idle-timeout=0"
#### memory-from-proc al2
#!/bin/bash
MEM=$(grep MemTotal /proc/meminfo | awk '{print $2}')
if [ "$MEM" -gt 16000000 ]; then R=1Gi; else R=512Mi; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--system-reserved=memory=$R --streaming-connection-idle-timeout=0"
#### tag-decides al2
#!/bin/bash
ROLE=$(aws ec2 describe-tags --filters Name=key,Values=role --query 'Tags[0].Value' --output text)
if [ "$ROLE" = gpu ]; then
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=gpu=true --streaming-connection-idle-timeout=0'
else
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
fi
#### tag-decides-only-the-name al2
#!/bin/bash
CLUSTER=$(aws ec2 describe-tags --query 'Tags[?Key==`cluster`].Value' --output text)
[ -n "$CLUSTER" ] || CLUSTER=demo
/etc/eks/bootstrap.sh "$CLUSTER" --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### architecture al2
#!/bin/bash
ARCH=$(uname -m)
if [ "$ARCH" = "aarch64" ]; then URL=arm64; else URL=amd64; fi
curl -Lo /usr/local/bin/x "https://example.com/$URL/x"
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### command-v al2
#!/bin/bash
if ! command -v jq >/dev/null 2>&1; then
  yum install -y jq
fi
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### which-or-install al2
#!/bin/bash
which jq || yum -y install jq
jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### disk-loop al2
#!/bin/bash
for dev in $(lsblk -dno NAME); do
  if [[ $dev == nvme* ]]; then
    mkfs.xfs "/dev/$dev"
  fi
done
mount -a
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### disk-if al2
#!/bin/bash
if lsblk | grep -q nvme1n1; then
  mkfs -t xfs /dev/nvme1n1
  mkdir -p /data && mount /dev/nvme1n1 /data
  echo '/dev/nvme1n1 /data xfs defaults 0 0' >> /etc/fstab
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### os-release al2
#!/bin/bash
. /etc/os-release
if [[ "$ID" == "amzn" && "$VERSION_ID" == "2" ]]; then
  /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
fi
#### either-config-path al2
#!/bin/bash
if [ -f /etc/kubernetes/kubelet/config.json ]; then
  KUBELET_CONFIG=/etc/kubernetes/kubelet/config.json
else
  KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
fi
echo "$(jq '.streamingConnectionIdleTimeout="0s"' $KUBELET_CONFIG)" > $KUBELET_CONFIG
/etc/eks/bootstrap.sh demo
#### either-config-path-new al2023
#!/bin/bash
KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
[ -f "$KUBELET_CONFIG" ] || KUBELET_CONFIG=/etc/kubernetes/kubelet/config.json
echo "$(jq '.streamingConnectionIdleTimeout="0s"' $KUBELET_CONFIG)" > $KUBELET_CONFIG
#### for-config-paths al2
#!/bin/bash
for f in /etc/kubernetes/kubelet/config.json /etc/kubernetes/kubelet/kubelet-config.json; do
  [[ -f $f ]] || continue
  tmp="$f.tmp"
  jq '.streamingConnectionIdleTimeout = "0s"' "$f" > "$tmp" && mv "$tmp" "$f"
done
/etc/eks/bootstrap.sh demo
#### parameter-of-ssm al2
#!/bin/bash
set -euo pipefail
ENDPOINT=$(aws eks describe-cluster --name demo --query cluster.endpoint --output text)
CA=$(aws eks describe-cluster --name demo --query cluster.certificateAuthority.data --output text)
/etc/eks/bootstrap.sh demo --apiserver-endpoint "$ENDPOINT" --b64-cluster-ca "$CA" --kubelet-extra-args '--streaming-connection-idle-timeout=0' --use-max-pods false
#### max-pods-if al2
#!/bin/bash
MAX=$(/etc/eks/max-pods-calculator.sh --instance-type m5.large --cni-version 1.9.0 2>/dev/null)
EXTRA=""
[ "${MAX:-0}" -gt 0 ] 2>/dev/null && EXTRA="--max-pods=$MAX"
/etc/eks/bootstrap.sh demo --use-max-pods false --kubelet-extra-args "$EXTRA --streaming-connection-idle-timeout=0"
#### hostname-label al2
#!/bin/bash
hostnamectl set-hostname "$(curl -s http://169.254.169.254/latest/meta-data/local-hostname)"
IP=$(hostname -I | awk '{print $1}')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0 --v=${VERB:-2}"
