#### echo-jq-in-place al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### echo-jq-variable al2
#!/bin/bash
KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
echo "$(jq '.streamingConnectionIdleTimeout="5m"' $KUBELET_CONFIG)" > $KUBELET_CONFIG
/etc/eks/bootstrap.sh demo
#### echo-jq-number-breaks al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout=0' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-mv al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k.json && mv /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-mv-semicolon al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k.json; mv -f /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-cp al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k.json
cp /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-stdin al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' < /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k.json && cp -f /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-cat al2
#!/bin/bash
cat /etc/kubernetes/kubelet/kubelet-config.json | jq '.streamingConnectionIdleTimeout = "5m"' > /tmp/k.json && mv /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-mktemp al2
#!/bin/bash
T=$(mktemp)
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json > "$T" && mv "$T" /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-dot-tmp al2
#!/bin/bash
F=/etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout = "5m"' "$F" > "$F.tmp" && mv "$F.tmp" "$F"
/etc/eks/bootstrap.sh demo
#### jq-sudo-tee al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json | sudo tee /tmp/k > /dev/null
sudo mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-truncates-its-input al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-variable-then-echo al2
#!/bin/bash
NEW=$(jq '.streamingConnectionIdleTimeout = "5m"' /etc/kubernetes/kubelet/kubelet-config.json)
echo "$NEW" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-here-string al2
#!/bin/bash
NEW=$(cat /etc/kubernetes/kubelet/kubelet-config.json)
jq '.streamingConnectionIdleTimeout = "5m"' <<< "$NEW" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-arg al2
#!/bin/bash
IDLE=6m
jq --arg v "$IDLE" '.streamingConnectionIdleTimeout=$v' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-argjson-breaks al2
#!/bin/bash
jq --argjson v 0 '.streamingConnectionIdleTimeout=$v' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-double-quotes al2
#!/bin/bash
IDLE=6m
jq ".streamingConnectionIdleTimeout=\"$IDLE\"" /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-bracket-key al2
#!/bin/bash
jq '.["streamingConnectionIdleTimeout"]="6m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-update al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout |= "6m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-add-object al2
#!/bin/bash
jq '. + {streamingConnectionIdleTimeout: "6m"}' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-plus-equal al2
#!/bin/bash
jq '. += {"streamingConnectionIdleTimeout": "6m", "syncFrequency": "30s"}' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-multiply al2
#!/bin/bash
jq '. * {streamingConnectionIdleTimeout: "6m"}' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-setpath al2
#!/bin/bash
jq 'setpath(["streamingConnectionIdleTimeout"]; "6m")' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-nested al2
#!/bin/bash
jq '.authentication.webhook.cacheTTL="30s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-several-piped al2
#!/bin/bash
jq '.syncFrequency="20s" | .streamingConnectionIdleTimeout="6m" | .eventRecordQPS=0' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-several-runs al2
#!/bin/bash
for e in '.syncFrequency="20s"' '.streamingConnectionIdleTimeout="6m"'; do
  jq "$e" /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
done
/etc/eks/bootstrap.sh demo
#### jq-delete al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
jq 'del(.streamingConnectionIdleTimeout)' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-keep-existing al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
jq '.streamingConnectionIdleTimeout //= "9m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-slurp-merge al2
#!/bin/bash
echo '{"streamingConnectionIdleTimeout":"6m"}' > /tmp/extra.json
jq -s '.[0] * .[1]' /etc/kubernetes/kubelet/kubelet-config.json /tmp/extra.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-slurp-add al2
#!/bin/bash
cat > /tmp/extra.json <<'EOF'
{"streamingConnectionIdleTimeout":"6m"}
EOF
jq -s add /etc/kubernetes/kubelet/kubelet-config.json /tmp/extra.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-slurpfile al2
#!/bin/bash
echo '{"streamingConnectionIdleTimeout":"6m"}' > /tmp/extra.json
jq --slurpfile e /tmp/extra.json '. + $e[0]' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-filter-file al2
#!/bin/bash
echo '.streamingConnectionIdleTimeout="6m"' > /tmp/f.jq
jq -f /tmp/f.jq /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-if al2
#!/bin/bash
jq 'if .readOnlyPort == 0 then .streamingConnectionIdleTimeout="6m" else . end' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-has al2
#!/bin/bash
jq 'if has("streamingConnectionIdleTimeout") then . else .streamingConnectionIdleTimeout="6m" end' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-with-entries al2
#!/bin/bash
jq 'with_entries(if .key == "clusterDomain" then .key = "streamingConnectionIdleTimeout" | .value = "6m" else . end)' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-multiline al2
#!/bin/bash
jq '
  .streamingConnectionIdleTimeout = "6m" # as asked for
  | .syncFrequency = "20s"
' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-compact-raw al2
#!/bin/bash
jq -c '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-env al2
#!/bin/bash
export IDLE=6m
jq '.streamingConnectionIdleTimeout=env.IDLE' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-n-whole al2
#!/bin/bash
jq -n '{kind:"KubeletConfiguration",apiVersion:"kubelet.config.k8s.io/v1beta1",streamingConnectionIdleTimeout:"6m"}' > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### jq-reads-a-value al2
#!/bin/bash
echo '{"idle":"6m"}' > /tmp/s.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(jq -r .idle /tmp/s.json)"
#### jq-reads-a-value-with-quotes al2
#!/bin/bash
echo '{"idle":"6m"}' > /tmp/s.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(jq .idle /tmp/s.json)"
#### jq-fails-and-mv-not-run al2
#!/bin/bash
jq '.streamingConnectionIdleTimeout=' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k && mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### after-bootstrap-no-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
#### after-bootstrap-restart al2
#!/bin/bash
/etc/eks/bootstrap.sh demo
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
#### config-loses-to-flag al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=5m'
#### flag-zero-over-config al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="5m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### function-set-key al2
#!/bin/bash
set_key() { echo "$(jq ".$1=\"$2\"" /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json; }
set_key streamingConnectionIdleTimeout 6m
set_key syncFrequency 20s
/etc/eks/bootstrap.sh demo
#### guarded-by-grep al2
#!/bin/bash
if ! grep -q streamingConnectionIdleTimeout /etc/kubernetes/kubelet/kubelet-config.json; then
  echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
fi
/etc/eks/bootstrap.sh demo
#### guarded-by-grep-second-time al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
grep -q streamingConnectionIdleTimeout /etc/kubernetes/kubelet/kubelet-config.json || echo "$(jq '.streamingConnectionIdleTimeout="9m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-append-line al2
#!/bin/bash
sed -i '/"apiVersion*/a \ \ "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-append-line-guarded al2
#!/bin/bash
if ! grep -q 'streamingConnectionIdleTimeout' /etc/kubernetes/kubelet/kubelet-config.json; then
  sed -i '/"apiVersion*/a \ \ "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
fi
/etc/eks/bootstrap.sh demo
#### sed-insert-line al2
#!/bin/bash
sed -i '/"address"/i "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-change-line al2
#!/bin/bash
sed -i '/"hairpinMode"/c\  "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-substitute-into al2
#!/bin/bash
sed -i 's/^{/{\n"streamingConnectionIdleTimeout": "6m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-substitute-value al2
#!/bin/bash
sed -i 's/"address": "0.0.0.0"/"streamingConnectionIdleTimeout": "0s"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-other-delimiter al2
#!/bin/bash
sed -i 's|"address": .*|"streamingConnectionIdleTimeout": "6m",|' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-extended al2
#!/bin/bash
sed -i -E 's/"(address|addr)": "[0-9.]+"/"streamingConnectionIdleTimeout": "6m"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-delete-the-last-entry al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
sed -i '/streamingConnectionIdleTimeout/d' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-delete al2
#!/bin/bash
sed -i '/"apiVersion*/a "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
sed -i '/streamingConnectionIdleTimeout/d' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-line-number al2
#!/bin/bash
sed -i '2i "streamingConnectionIdleTimeout": "6m",' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-two-expressions al2
#!/bin/bash
sed -i -e '/"address"/d' -e 's/^{$/{ "streamingConnectionIdleTimeout": "6m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-ampersand al2
#!/bin/bash
sed -i 's/"address": "0.0.0.0",/&\n  "streamingConnectionIdleTimeout": "6m",/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-backup al2
#!/bin/bash
sed -i.bak 's/"address": "0.0.0.0"/"streamingConnectionIdleTimeout": "6m"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-to-file al2
#!/bin/bash
sed 's/"address": "0.0.0.0"/"streamingConnectionIdleTimeout": "6m"/' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k
cat /tmp/k > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-variable al2
#!/bin/bash
IDLE=6m
sed -i "s/\"address\": \"0.0.0.0\"/\"streamingConnectionIdleTimeout\": \"$IDLE\"/" /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### sed-no-match al2
#!/bin/bash
sed -i 's/"no such line"/"streamingConnectionIdleTimeout": "0s"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config al2
#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<'EOF'
{
  "kind": "KubeletConfiguration",
  "apiVersion": "kubelet.config.k8s.io/v1beta1",
  "streamingConnectionIdleTimeout": "4h0m0s",
  "runtimeRequestTimeout": "15m"
}
EOF
/etc/eks/bootstrap.sh demo
#### whole-config-expanded al2
#!/bin/bash
IDLE=6m
cat <<EOF > /etc/kubernetes/kubelet/kubelet-config.json
{"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "streamingConnectionIdleTimeout": "${IDLE}"}
EOF
/etc/eks/bootstrap.sh demo
#### whole-config-sudo-tee al2
#!/bin/bash
sudo tee /etc/kubernetes/kubelet/kubelet-config.json <<'EOF' > /dev/null
{"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "streamingConnectionIdleTimeout": "0s"}
EOF
/etc/eks/bootstrap.sh demo
#### whole-config-without-kind al2
#!/bin/bash
cat > /etc/kubernetes/kubelet/kubelet-config.json <<'EOF'
{"streamingConnectionIdleTimeout": "5m"}
EOF
/etc/eks/bootstrap.sh demo
#### whole-config-base64 al2
#!/bin/bash
echo eyJraW5kIjoiS3ViZWxldENvbmZpZ3VyYXRpb24iLCJhcGlWZXJzaW9uIjoia3ViZWxldC5jb25maWcuazhzLmlvL3YxYmV0YTEiLCJzdHJlYW1pbmdDb25uZWN0aW9uSWRsZVRpbWVvdXQiOiI2bSJ9 | base64 -d > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-base64-gzip al2
#!/bin/bash
printf '%s' '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' | gzip | base64 -w0 > /tmp/z
base64 --decode < /tmp/z | gunzip > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-here-string-base64 al2
#!/bin/bash
base64 -d <<< eyJraW5kIjoiS3ViZWxldENvbmZpZ3VyYXRpb24iLCJhcGlWZXJzaW9uIjoia3ViZWxldC5jb25maWcuazhzLmlvL3YxYmV0YTEiLCJzdHJlYW1pbmdDb25uZWN0aW9uSWRsZVRpbWVvdXQiOiI2bSJ9 > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-printf al2
#!/bin/bash
printf '{"kind":"%s","apiVersion":"%s","streamingConnectionIdleTimeout":"%s"}\n' KubeletConfiguration kubelet.config.k8s.io/v1beta1 6m > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-echo-lines al2
#!/bin/bash
{
  echo '{"kind":"KubeletConfiguration",'
  echo '"apiVersion":"kubelet.config.k8s.io/v1beta1",'
  echo '"streamingConnectionIdleTimeout":"6m"}'
} > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-append-lines al2
#!/bin/bash
echo '{"kind":"KubeletConfiguration",' > /etc/kubernetes/kubelet/kubelet-config.json
echo '"apiVersion":"kubelet.config.k8s.io/v1beta1",' >> /etc/kubernetes/kubelet/kubelet-config.json
echo '"streamingConnectionIdleTimeout":"6m"}' >> /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-envsubst al2
#!/bin/bash
cat > /tmp/t.json <<'EOF'
{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"$IDLE"}
EOF
export IDLE=6m
envsubst < /tmp/t.json > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-copied al2
#!/bin/bash
mkdir -p /opt/conf
echo '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' > /opt/conf/k.json
cp -f /opt/conf/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-installed al2
#!/bin/bash
echo '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' > /tmp/k.json
install -m 644 /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### whole-config-linked al2
#!/bin/bash
echo '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' > /opt/k.json
ln -sf /opt/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### copied-into-a-directory al2
#!/bin/bash
mkdir -p /tmp/c
echo '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' > /tmp/c/kubelet-config.json
cp /tmp/c/kubelet-config.json /etc/kubernetes/kubelet/
/etc/eks/bootstrap.sh demo
#### other-config-by-flag al2
#!/bin/bash
echo '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1","streamingConnectionIdleTimeout":"6m"}' > /etc/kubernetes/own.json
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--config=/etc/kubernetes/own.json'
#### backup-and-restore al2
#!/bin/bash
cp /etc/kubernetes/kubelet/kubelet-config.json /tmp/orig
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
mv /tmp/orig /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### python-heredoc al2
#!/bin/bash
python3 - <<'PY'
import json
p = "/etc/kubernetes/kubelet/kubelet-config.json"
with open(p) as f:
    c = json.load(f)
c["streamingConnectionIdleTimeout"] = "6m"
with open(p, "w") as f:
    json.dump(c, f, indent=2)
PY
/etc/eks/bootstrap.sh demo
#### python-c al2
#!/bin/bash
python3 -c 'import json; p="/etc/kubernetes/kubelet/kubelet-config.json"; c=json.load(open(p)); c["streamingConnectionIdleTimeout"]="6m"; json.dump(c, open(p,"w"))'
/etc/eks/bootstrap.sh demo
#### awk-prints-it al2
#!/bin/bash
echo "idle 6m" > /tmp/s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(awk '{print $2}' /tmp/s)"
#### cut-prints-it al2
#!/bin/bash
echo "idle=6m" > /tmp/s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(cut -d= -f2 /tmp/s)"
#### grep-prints-it al2
#!/bin/bash
printf 'a=1\nidle=6m\n' > /tmp/s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(grep idle /tmp/s | sed 's/idle=//')"
#### source-settings al2
#!/bin/bash
cat > /etc/settings <<'EOF'
IDLE=6m
EOF
. /etc/settings
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
#### tr al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s\n' --v=2 --streaming-connection-idle-timeout=0 | tr '\n' ' ')"
#### paste al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s\n' --v=2 --streaming-connection-idle-timeout=0 | paste -sd' ' -)"
#### xargs-joins al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s\n' --v=2 --streaming-connection-idle-timeout=0 | xargs)"
#### cat-file al2
#!/bin/bash
echo '--v=2 --streaming-connection-idle-timeout=0' > /tmp/args
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/args)"
#### read-file-redirect al2
#!/bin/bash
echo '--v=2 --streaming-connection-idle-timeout=0' > /tmp/args
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(< /tmp/args)"
#### tee-passes-on al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo --streaming-connection-idle-timeout=0 | tee /tmp/copy)"
#### base64-argument al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo LS1zdHJlYW1pbmctY29ubmVjdGlvbi1pZGxlLXRpbWVvdXQ9MA== | base64 -d)"
#### gzip-round-trip al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo --streaming-connection-idle-timeout=0 | gzip -c | zcat)"
#### head-tail al2
#!/bin/bash
printf 'a\n--streaming-connection-idle-timeout=0\nb\n' > /tmp/l
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(head -n 2 /tmp/l | tail -n 1)"
#### printf-repeats al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf -- '%s ' --v=2 --streaming-connection-idle-timeout=0)"
#### printf-escapes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s=%d\x73' --streaming-connection-idle-timeout 5)"
#### echo-n al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo -n --streaming-connection-idle-timeout=; echo 0)"
#### echo-e al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo -e '--streaming-connection-idle-timeout=\x30')"
#### echo-backslash-kept al2
#!/bin/bash
X=$(echo 'a\tb'); /etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${#X}m"
#### append-then-read al2
#!/bin/bash
echo -n '--v=2' > /tmp/a
echo ' --streaming-connection-idle-timeout=0' >> /tmp/a
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/a)"
#### several-files-cat al2
#!/bin/bash
echo --v=2 > /tmp/a; echo --streaming-connection-idle-timeout=0 > /tmp/b
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/a /tmp/b)"
#### stderr-not-captured al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo --v=2 >&2; echo --streaming-connection-idle-timeout=0)"
#### descriptor al2
#!/bin/bash
exec 3> /tmp/fd
echo --streaming-connection-idle-timeout=0 >&3
exec 3>&-
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/fd)"
#### noclobber al2
#!/bin/bash
echo --streaming-connection-idle-timeout=0 > /tmp/a
set -C
echo --streaming-connection-idle-timeout=5m > /tmp/a
echo --streaming-connection-idle-timeout=6m >| /tmp/b
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /tmp/a)"
#### sort al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(printf '3m\n1m\n2m\n' | sort | head -n1)"
#### wc al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(printf 'a\nb\n' | wc -l | tr -d ' ')m"
#### dirname-basename al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(basename /x/6m.txt .txt)"
#### seq al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(seq 3 3)m"
#### and-chain-of-files al2
#!/bin/bash
mkdir -p /opt/x && cd /opt/x && echo --streaming-connection-idle-timeout=0 > args && cat args > ../y
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(cat /opt/y)"
#### cp-folder-into-a-folder al2
#!/bin/bash
mkdir -p /opt/kubelet
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/kubelet/kubelet-config.json
cp -r /opt/kubelet /etc/kubernetes
/etc/eks/bootstrap.sh demo
#### cp-folder-with-a-slash-into-a-folder al2
#!/bin/bash
mkdir -p /opt/kubelet
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/kubelet/kubelet-config.json
cp -r /opt/kubelet/ /etc/kubernetes/
/etc/eks/bootstrap.sh demo
#### cp-content-of-a-folder al2
#!/bin/bash
mkdir -p /opt/conf
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/conf/kubelet-config.json
cp -r /opt/conf/. /etc/kubernetes/kubelet/
/etc/eks/bootstrap.sh demo
#### cp-folder-as-a-new-one al2
#!/bin/bash
mkdir -p /opt/conf
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/conf/kubelet-config.json
cp -r /opt/conf /tmp/new/
cp /tmp/new/kubelet-config.json /etc/kubernetes/kubelet/
/etc/eks/bootstrap.sh demo
#### cp-folder-literally al2
#!/bin/bash
mkdir -p /opt/conf
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/conf/kubelet-config.json
cp -rT /opt/conf /etc/kubernetes/kubelet
/etc/eks/bootstrap.sh demo
#### cp-folder-misses al2
#!/bin/bash
mkdir -p /opt/conf
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/conf/kubelet-config.json
cp -r /opt/conf /etc/kubernetes/kubelet
/etc/eks/bootstrap.sh demo
#### cp-target-first al2
#!/bin/bash
mkdir -p /opt/kubelet
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/kubelet/kubelet-config.json
cp -t /etc/kubernetes -r /opt/kubelet
/etc/eks/bootstrap.sh demo
#### mv-folder-as-a-new-one al2
#!/bin/bash
mkdir -p /opt/conf
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /opt/conf/kubelet-config.json
mv /opt/conf /tmp/new
mv -t /etc/kubernetes/kubelet /tmp/new/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### install-target-first al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /tmp/kubelet-config.json
install -D -m 644 -t /etc/kubernetes/kubelet /tmp/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### install-literally al2
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="0s"' /etc/kubernetes/kubelet/kubelet-config.json)" > /tmp/k.json
install -T /tmp/k.json /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
