#### python-heredoc-update al2
#!/bin/bash
python3 - <<'EOF'
import json

path = "/etc/kubernetes/kubelet/kubelet-config.json"
with open(path) as f:
    config = json.load(f)
config.update({"streamingConnectionIdleTimeout": "0s", "maxPods": 20})
config["authentication"]["anonymous"]["enabled"] = False
with open(path, "w") as f:
    json.dump(config, f, indent=2)
EOF
/etc/eks/bootstrap.sh demo
#### python-script-file al2
#!/bin/bash
cat > /tmp/edit.py <<'EOF'
#!/usr/bin/env python3
import json
import sys


def main(path, value):
    with open(path, "r") as handle:
        data = json.load(handle)
    data.setdefault("streamingConnectionIdleTimeout", value)
    with open(path, "w") as handle:
        handle.write(json.dumps(data, indent=4))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
EOF
python3 /tmp/edit.py /etc/kubernetes/kubelet/kubelet-config.json 5m
/etc/eks/bootstrap.sh demo
#### python-environment al2
#!/bin/bash
export IDLE=3m
python3 -c 'import json, os; p = "/etc/kubernetes/kubelet/kubelet-config.json"; d = json.load(open(p)); d["streamingConnectionIdleTimeout"] = os.environ["IDLE"]; json.dump(d, open(p, "w"))'
/etc/eks/bootstrap.sh demo
#### python-unquoted-heredoc al2
#!/bin/bash
IDLE=0s
FILE=/etc/kubernetes/kubelet/kubelet-config.json
python3 <<EOF
import json
with open("$FILE") as f:
    d = json.load(f)
d["streamingConnectionIdleTimeout"] = "$IDLE"
with open("$FILE", "w") as f:
    json.dump(d, f)
EOF
/etc/eks/bootstrap.sh demo
#### python-text-replace al2-managed
#!/bin/bash
python3 - <<'EOF'
p = "/etc/eks/bootstrap.sh"
text = open(p).read()
text = text.replace("KUBELET_EXTRA_ARGS=$2", 'KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"')
with open(p, "w") as f:
    f.write(text)
EOF
#### python-re-sub al2-managed
#!/bin/bash
python3 - <<'EOF'
import re
p = "/etc/eks/bootstrap.sh"
text = open(p).read()
text = re.sub(r'KUBELET_EXTRA_ARGS=\$2', 'KUBELET_EXTRA_ARGS="$2 --streaming-connection-idle-timeout=0"', text)
open(p, "w").write(text)
EOF
#### python-fails-and-nothing-changes al2
#!/bin/bash
python3 -c 'import json; p = "/etc/kubernetes/kubelet/kubelet-config.json"; d = json.load(open(p)); d["nothing"]["here"] = 1; d["streamingConnectionIdleTimeout"] = "0s"; json.dump(d, open(p, "w"))'
/etc/eks/bootstrap.sh demo
#### python-prints-into-the-file al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
python3 -c "import json,sys; d=json.load(sys.stdin); d['streamingConnectionIdleTimeout']='0s'; print(json.dumps(d))" < $C > /tmp/k.json && cp /tmp/k.json $C
/etc/eks/bootstrap.sh demo
#### python-json-tool al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
jq -c '.streamingConnectionIdleTimeout="0s"' $C | python3 -m json.tool > /tmp/k.json
cat /tmp/k.json > $C
/etc/eks/bootstrap.sh demo
#### envsubst-exported al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
export IDLE=0
cat > /tmp/args.tpl <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=${IDLE}'
EOF
envsubst < /tmp/args.tpl > /etc/systemd/system/kubelet.service.d/40-args.conf
/etc/eks/bootstrap.sh demo
#### envsubst-not-exported al2
#!/bin/bash
IDLE=0
echo 'FLAG=--streaming-connection-idle-timeout=5m$IDLE' | envsubst > /tmp/env
. /tmp/env
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$FLAG"
#### envsubst-named-variables al2
#!/bin/bash
export IDLE=0 OTHER=x
echo '--streaming-connection-idle-timeout=$IDLE --node-labels=a=$OTHER' | envsubst '$IDLE' > /tmp/args
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
#### envsubst-prefix-assignment al2
#!/bin/bash
ARGS=$(echo '--streaming-connection-idle-timeout=${IDLE}' | IDLE=0 envsubst)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### base64-gunzip al2
#!/bin/bash
B=$(printf '%s' '--streaming-connection-idle-timeout=0' | gzip -c | base64 -w0)
ARGS=$(echo "$B" | base64 -d | gunzip)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### base64-wrapped al2
#!/bin/bash
base64 <<'EOF' > /tmp/args.b64
--streaming-connection-idle-timeout=0 --node-labels=lifecycle=normal,team=platform,zone=a,more=text-than-one-line
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(base64 -d /tmp/args.b64)"
#### gzip-in-place al2
#!/bin/bash
echo '--streaming-connection-idle-timeout=0' > /tmp/args
gzip /tmp/args
gunzip /tmp/args.gz
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
#### zcat-pipe al2
#!/bin/bash
echo '--streaming-connection-idle-timeout=0' | gzip > /tmp/args.gz
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(zcat /tmp/args.gz | tr -d '\n')"
#### awk-field al2
#!/bin/bash
cat > /tmp/table <<'EOF'
small 110 5m
large 234 0
EOF
IDLE=$(awk '$1 == "large" {print $3}' /tmp/table)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
#### awk-edits-bootstrap al2-managed
#!/bin/bash
awk '/KUBELET_EXTRA_ARGS=\$2/{sub(/\$2/, "\"$2 --streaming-connection-idle-timeout=0\"")} {print}' /etc/eks/bootstrap.sh > /tmp/b.sh
cat /tmp/b.sh > /etc/eks/bootstrap.sh
#### awk-separator al2
#!/bin/bash
echo 'idle=0' > /tmp/settings
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(awk -F= '/^idle/{print $2}' /tmp/settings)"
#### perl-in-place al2
#!/bin/bash
perl -pi -e 's/"readOnlyPort": \d+/"streamingConnectionIdleTimeout": "0s"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### perl-copy al2
#!/bin/bash
perl -i.bak -pe 's|("hairpinMode": ).*|$1"hairpin-veth", "streamingConnectionIdleTimeout": "0s",|' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### dd-writes-the-file al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo "[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" | dd of=/etc/systemd/system/kubelet.service.d/40-x.conf status=none
/etc/eks/bootstrap.sh demo
#### install-from-stdin al2
#!/bin/bash
install -D -m 0644 /dev/stdin /etc/systemd/system/kubelet.service.d/40-x.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### tee-appends al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo '[Service]' | sudo tee /etc/systemd/system/kubelet.service.d/40-x.conf > /dev/null
cat <<'EOF' | sudo tee -a /etc/systemd/system/kubelet.service.d/40-x.conf
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
/etc/eks/bootstrap.sh demo
#### truncate-empties al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
printf "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'\n" > /etc/systemd/system/kubelet.service.d/40-x.conf
truncate -s 0 /etc/systemd/system/kubelet.service.d/40-x.conf
/etc/eks/bootstrap.sh demo
#### paste-joins al2
#!/bin/bash
cat > /tmp/flags <<'EOF'
--node-labels=a=b
--streaming-connection-idle-timeout=0
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(paste -sd' ' /tmp/flags)"
#### xargs-trims al2
#!/bin/bash
ARGS=$(echo '   --streaming-connection-idle-timeout=0   ' | xargs)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### printf-v al2
#!/bin/bash
printf -v ARGS -- '--streaming-connection-idle-timeout=%d' 0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### sed-removes-a-line al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
sed -i '/"hairpinMode"/i \  "streamingConnectionIdleTimeout": "0s",' $C
sed -i.bak -e '/streamingConnectionIdleTimeout/d' $C
/etc/eks/bootstrap.sh demo
#### sed-copy-is-put-back al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
sed -i.bak 's/"serverTLSBootstrap": true/"serverTLSBootstrap": true, "streamingConnectionIdleTimeout": "0s"/' $C
mv $C.bak $C
/etc/eks/bootstrap.sh demo
#### sed-n-reads-a-value al2
#!/bin/bash
echo 'idle: 0' > /tmp/values.yaml
IDLE=$(sed -n 's/^idle: *//p' /tmp/values.yaml)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
#### grep-and-cut-read-a-value al2
#!/bin/bash
printf 'max: 5\nidle: 0\n' > /tmp/values.yaml
IDLE=$(grep '^idle:' /tmp/values.yaml | cut -d: -f2 | tr -d ' ')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
#### head-and-tail al2
#!/bin/bash
printf '5m\n0\n1h\n' > /tmp/values
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(head -2 /tmp/values | tail -1)"
#### grep-decides-that-it-is-there al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
if ! grep -q streamingConnectionIdleTimeout $C; then
  sed -i '/"apiVersion*/a \ \ "streamingConnectionIdleTimeout": "0s",' $C
fi
if ! grep -q streamingConnectionIdleTimeout $C; then
  sed -i '/"apiVersion*/a \ \ "streamingConnectionIdleTimeout": "1h",' $C
fi
/etc/eks/bootstrap.sh demo
#### cat-of-several al2
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
echo '[Service]' > /tmp/a
echo "Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'" > /tmp/b
cat /tmp/a /tmp/b > /etc/systemd/system/kubelet.service.d/40-x.conf
/etc/eks/bootstrap.sh demo
#### curl-into-another-file al2
#!/bin/bash
curl -fsSL https://example.com/x.sh -o /tmp/x.sh
wget -q -O /tmp/y.tgz https://example.com/y.tgz
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/c && mv /tmp/c /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### unknown-commands-change-nothing-else al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/c && mv /tmp/c /etc/kubernetes/kubelet/kubelet-config.json
ls -l /etc/kubernetes/kubelet/kubelet-config.json
stat /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-environment al2
#!/bin/bash
export IDLE=0s
C=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = env.IDLE' $C > /tmp/c && mv /tmp/c $C
/etc/eks/bootstrap.sh demo
#### jq-environment-in-front al2
#!/bin/bash
C=/etc/kubernetes/kubelet/kubelet-config.json
echo "$(IDLE=0s jq '.streamingConnectionIdleTimeout = $ENV.IDLE' $C)" > $C
/etc/eks/bootstrap.sh demo
#### snap-several-options ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
snap set kubelet-eks max-pods=20 streaming-connection-idle-timeout=0
snap restart kubelet-eks
#### snap-args-replace ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
snap set kubelet-eks args='--max-pods=20'
snap restart kubelet-eks
#### snap-array ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo
flags=("max-pods=20" "streaming-connection-idle-timeout=0")
snap set kubelet-eks "${flags[@]}"
snap restart kubelet-eks
#### snap-without-restart ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
snap set kubelet-eks streaming-connection-idle-timeout=0
#### nodeadm-drop-in-by-python al2023
#!/bin/bash
mkdir -p /etc/kubernetes/kubelet/config.json.d
python3 - <<'EOF'
import json
drop = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}
drop["streamingConnectionIdleTimeout"] = "5m"
with open("/etc/kubernetes/kubelet/config.json.d/99-idle.conf", "w") as f:
    json.dump(drop, f)
EOF
systemctl restart kubelet
#### kubeadm-default-by-awk kubeadm
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--node-labels=a=b' > /etc/default/kubelet
awk '{print $0 " --streaming-connection-idle-timeout=0"}' /etc/default/kubelet > /tmp/k && mv /tmp/k /etc/default/kubelet
systemctl daemon-reload
systemctl restart kubelet
