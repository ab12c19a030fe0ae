#### direct none
#!/bin/bash
/usr/bin/kubelet --streaming-connection-idle-timeout=0
#### direct-name none
#!/bin/bash
kubelet --v=2 --streaming-connection-idle-timeout 5m
#### direct-background none
#!/bin/bash
nohup kubelet --streaming-connection-idle-timeout=0 > /var/log/kubelet.log 2>&1 &
wait
#### direct-exec none
#!/bin/bash
ARGS="--v=2 --streaming-connection-idle-timeout=0"
exec /usr/bin/kubelet $ARGS
#### direct-config none
#!/bin/bash
mkdir -p /etc/kubernetes
cat > /etc/kubernetes/k.yaml <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 6m
authentication:
  webhook:
    cacheTTL: 30s
EOF
kubelet --config /etc/kubernetes/k.yaml
#### direct-config-and-flag none
#!/bin/bash
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"6m"}' > /etc/k.json
kubelet --config=/etc/k.json --streaming-connection-idle-timeout=0
#### direct-config-dir none
#!/bin/bash
mkdir -p /etc/k.d
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"6m"}' > /etc/k.json
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"7m"}' > /etc/k.d/10.conf
kubelet --config=/etc/k.json --config-dir=/etc/k.d
#### direct-array none
#!/bin/bash
args=(--v=2)
args+=("--streaming-connection-idle-timeout=0")
kubelet "${args[@]}"
#### direct-sudo none
#!/bin/bash
sudo kubelet --streaming-connection-idle-timeout=0
#### direct-broken none
#!/bin/bash
kubelet --streaming-connection-idle-timeout=ten
#### direct-single-dash none
#!/bin/bash
kubelet -streaming-connection-idle-timeout=0
#### direct-long-options none
#!/bin/bash
kubelet \
  --node-labels=a=b \
  --runtime-request-timeout=10m \
  --streaming-connection-idle-timeout=1h0m0s
#### not-run none
#!/bin/bash
echo kubelet --streaming-connection-idle-timeout=0
#### kubeadm-default kubeadm
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS="--streaming-connection-idle-timeout=0"' > /etc/default/kubelet
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-default-no-quotes kubeadm
#!/bin/bash
echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 > /etc/default/kubelet
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-default-two-words kubeadm
#!/bin/bash
cat > /etc/default/kubelet <<'EOF'
# extra
KUBELET_EXTRA_ARGS=--v=2 --streaming-connection-idle-timeout=0
EOF
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-default-export-form kubeadm
#!/bin/bash
echo "export KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0" > /etc/default/kubelet
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-sysconfig kubeadm
#!/bin/bash
cat <<EOF | sudo tee /etc/sysconfig/kubelet
KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0
EOF
systemctl enable --now kubelet
#### kubeadm-both-last-file-wins kubeadm
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=5m' > /etc/sysconfig/kubelet
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-appended kubeadm
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' >> /etc/default/kubelet
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=5m' >> /etc/default/kubelet
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-after-restart kubeadm
#!/bin/bash
kubeadm join --token a.b 10.0.0.1:6443
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
systemctl daemon-reload
systemctl restart kubelet
#### kubeadm-after-no-restart kubeadm
#!/bin/bash
kubeadm join --token a.b 10.0.0.1:6443
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
#### kubeadm-drop-in kubeadm
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/20-x.conf <<'EOF'
[Service]
Environment="KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0"
EOF
kubeadm join --token a.b 10.0.0.1:6443
#### kubeadm-sysconfig-on-al2-is-dead al2
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/sysconfig/kubelet
/etc/eks/bootstrap.sh demo
#### kubeadm-default-on-al2-is-dead al2
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' > /etc/default/kubelet
/etc/eks/bootstrap.sh demo
#### ubuntu-bootstrap ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### ubuntu-config ubuntu
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
#### ubuntu-snap-set-args ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo
snap set kubelet-eks args='--streaming-connection-idle-timeout=0'
snap restart kubelet-eks
#### ubuntu-snap-set-option ubuntu
#!/bin/bash
/etc/eks/bootstrap.sh demo
snap set kubelet-eks streaming-connection-idle-timeout=0
snap restart kubelet-eks
#### no-family-bootstrap none
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### no-family-config none
#!/bin/bash
echo "$(jq '.streamingConnectionIdleTimeout="6m"' /etc/kubernetes/kubelet/kubelet-config.json)" > /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh demo
