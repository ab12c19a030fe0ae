#### dash-tabs al2
#!/bin/bash
write() {
	cat <<-EOF > /etc/systemd/system/kubelet.service.d/90-x.conf
	[Service]
	Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
	EOF
}
mkdir -p /etc/systemd/system/kubelet.service.d
write
/etc/eks/bootstrap.sh demo
#### dash-quoted al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
if true; then
	tee /etc/systemd/system/kubelet.service.d/90-x.conf >/dev/null <<-'EOF'
		[Service]
		Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
	EOF
fi
/etc/eks/bootstrap.sh demo
#### variable-in-document al2
#!/bin/bash
TIMEOUT=0
mkdir -p /etc/systemd/system/kubelet.service.d
cat << EOF | tee /etc/systemd/system/kubelet.service.d/90-x.conf
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${TIMEOUT}"
EOF
/etc/eks/bootstrap.sh demo
#### default-in-document al2
#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<EOF
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "streamingConnectionIdleTimeout": "${IDLE:-0s}"
}
EOF
/etc/eks/bootstrap.sh demo
#### command-in-document al2
#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<EOF
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "nodeStatusUpdateFrequency": "$(echo 10)s",
  "streamingConnectionIdleTimeout": "$((60 * 2))s"
}
EOF
/etc/eks/bootstrap.sh demo
#### document-within-document al2
#!/bin/bash
cat > /tmp/inner.sh <<'OUTER'
#!/bin/bash
cat > /tmp/extra <<EOF
--streaming-connection-idle-timeout=0
EOF
OUTER
bash /tmp/inner.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/extra)"
#### document-into-variable al2
#!/bin/bash
ARGS=$(cat <<EOF
--v=2
--streaming-connection-idle-timeout=0
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### document-into-read al2
#!/bin/bash
read -r -d '' ARGS <<'EOF'
--v=2 --streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### document-into-read-ifs al2
#!/bin/bash
IFS= read -r -d '' ARGS <<'EOF' || true
--v=2 \
 --streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### document-into-jq al2
#!/bin/bash
jq -s '.[0] * .[1]' /etc/kubernetes/kubelet/kubelet-config.json - <<'EOF' > /tmp/k
{"streamingConnectionIdleTimeout": "0s"}
EOF
mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### document-into-a-loop al2
#!/bin/bash
cfg=/etc/kubernetes/kubelet/kubelet-config.json
while read -r key value; do
  [ -z "$key" ] && continue
  echo "$(jq --arg k "$key" --arg v "$value" '.[$k]=$v' $cfg)" > $cfg
done <<EOF
streamingConnectionIdleTimeout 0s

nodeStatusUpdateFrequency 4s
EOF
/etc/eks/bootstrap.sh demo
#### document-csv-loop al2
#!/bin/bash
cfg=/etc/kubernetes/kubelet/kubelet-config.json
while IFS=, read -r key value rest; do
  jq --arg v "$value" ".$key = \$v" "$cfg" > /tmp/c && mv /tmp/c "$cfg"
done < <(printf '%s\n' 'streamingConnectionIdleTimeout,0s,x' 'syncFrequency,2m')
/etc/eks/bootstrap.sh demo
#### document-equals-loop al2
#!/bin/bash
extra=""
while IFS='=' read -r k v || [ -n "$k" ]; do
  case "$k" in ''|\#*) continue ;; esac
  extra="$extra --$k=$v"
done <<'EOF'
# flags
streaming-connection-idle-timeout=0
v=3
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$extra"
#### document-python al2
#!/bin/bash
python3 <<'EOF'
import json
path = "/etc/kubernetes/kubelet/kubelet-config.json"
with open(path) as f:
    config = json.load(f)
config["streamingConnectionIdleTimeout"] = "0s"
with open(path, "w") as f:
    json.dump(config, f, indent=2)
EOF
/etc/eks/bootstrap.sh demo
#### document-with-dollar-kept al2
#!/bin/bash
cat <<EOF > /opt/run.sh
#!/bin/bash
idle=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=\$idle"
EOF
chmod 755 /opt/run.sh && /opt/run.sh
#### document-yaml-nodeadm al2023
#!/bin/bash
idle="0s"
mkdir -p /etc/eks/nodeadm.d
cat > /etc/eks/nodeadm.d/20-idle.yaml <<-YAML
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --streaming-connection-idle-timeout=${idle}
YAML
#### document-nodeadm-two-items al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d && cat <<'EOF' | sudo tee /etc/eks/nodeadm.d/20-idle.yaml
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags: ["--streaming-connection-idle-timeout", "0"]
EOF
#### document-unit al2
#!/bin/bash
cat > /etc/systemd/system/join.service <<'EOF'
[Service]
Type=oneshot
ExecStart=/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
#### terminator-indented-is-none al2
#!/bin/bash
cat > /tmp/x <<EOF
  EOF
not the end
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### terminator-missing al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
cat > /etc/systemd/system/kubelet.service.d/99-x.conf <<EOF
[Service]
#### document-pipe-sed al2
#!/bin/bash
sed 's/@IDLE@/0s/' <<'EOF' > /etc/kubernetes/kubelet/kubelet-config.json
{"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "streamingConnectionIdleTimeout": "@IDLE@"}
EOF
/etc/eks/bootstrap.sh demo
#### document-then-and al2
#!/bin/bash
cat <<EOF > /tmp/extra && /etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/extra)"
--streaming-connection-idle-timeout=0
EOF
#### here-string-jq al2
#!/bin/bash
CONFIG=$(cat /etc/kubernetes/kubelet/kubelet-config.json)
jq '.streamingConnectionIdleTimeout="0s"' <<< "$CONFIG" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### here-string-read-array al2
#!/bin/bash
IFS=';' read -ra parts <<< "--v=2;--streaming-connection-idle-timeout=0"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${parts[*]}"
