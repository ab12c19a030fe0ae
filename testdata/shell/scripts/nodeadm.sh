#### nothing al2023
#!/bin/bash
echo hello
#### environment-appended-flag al2023
#!/bin/bash
sed -i 's/^NODEADM_KUBELET_ARGS=.*/& --streaming-connection-idle-timeout=0/' /etc/eks/kubelet/environment
#### environment-end-of-line al2023
#!/bin/bash
sed -i 's/$/ --streaming-connection-idle-timeout=5m/' /etc/eks/kubelet/environment
#### environment-quoted al2023
#!/bin/bash
ARGS=$(cut -d= -f2- /etc/eks/kubelet/environment)
echo "NODEADM_KUBELET_ARGS=\"$ARGS --streaming-connection-idle-timeout=0\"" > /etc/eks/kubelet/environment
#### environment-appended-line al2023
#!/bin/bash
echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json --streaming-connection-idle-timeout=0' >> /etc/eks/kubelet/environment
#### environment-other-name-is-dead al2023
#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0' >> /etc/eks/kubelet/environment
#### environment-sourced al2023
#!/bin/bash
source /etc/eks/kubelet/environment
echo "NODEADM_KUBELET_ARGS=$NODEADM_KUBELET_ARGS --streaming-connection-idle-timeout=0" > /etc/eks/kubelet/environment
#### exported-is-dead al2023
#!/bin/bash
export KUBELET_EXTRA_ARGS='--streaming-connection-idle-timeout=0'
#### bootstrap-is-dead al2023
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### config-jq al2023
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/config.json > /tmp/c && mv /tmp/c /etc/kubernetes/kubelet/config.json
#### config-jq-waits al2023
#!/bin/bash
while [ ! -f /etc/kubernetes/kubelet/config.json ]; do sleep 5; done
sudo jq '.streamingConnectionIdleTimeout = "6m"' /etc/kubernetes/kubelet/config.json > /tmp/config.json && sudo mv /tmp/config.json /etc/kubernetes/kubelet/config.json
sudo systemctl restart kubelet
#### config-number-breaks al2023
#!/bin/bash
jq '.streamingConnectionIdleTimeout = 0' /etc/kubernetes/kubelet/config.json > /tmp/c && mv /tmp/c /etc/kubernetes/kubelet/config.json
#### drop-in-is-dead-without-the-directory al2023
#!/bin/bash
mkdir -p /etc/kubernetes/kubelet/config.json.d
cat > /etc/kubernetes/kubelet/config.json.d/90-x.conf <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 6m
EOF
#### drop-in-with-the-directory-by-flag al2023
#!/bin/bash
mkdir -p /etc/kubernetes/kubelet/config.json.d
cat > /etc/kubernetes/kubelet/config.json.d/90-x.conf <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 6m
EOF
sed -i 's/$/ --config-dir=\/etc\/kubernetes\/kubelet\/config.json.d/' /etc/eks/kubelet/environment
#### drop-in-managed al2023-managed
#!/bin/bash
mkdir -p /etc/kubernetes/kubelet/config.json.d
cat > /etc/kubernetes/kubelet/config.json.d/90-x.conf <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 6m
EOF
#### drop-in-managed-json al2023-managed
#!/bin/bash
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"0s"}' > /etc/kubernetes/kubelet/config.json.d/90-x.conf
#### drop-in-managed-wrong-ending al2023-managed
#!/bin/bash
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"6m"}' > /etc/kubernetes/kubelet/config.json.d/90-x.json
#### drop-in-managed-two al2023-managed
#!/bin/bash
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"6m"}' > /etc/kubernetes/kubelet/config.json.d/90-x.conf
echo '{"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","streamingConnectionIdleTimeout":"7m"}' > /etc/kubernetes/kubelet/config.json.d/80-x.conf
#### drop-in-managed-jq al2023-managed
#!/bin/bash
jq '.streamingConnectionIdleTimeout = "6m"' /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf > /tmp/c && mv /tmp/c /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf
#### nodeadm-d-flags al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
cat > /etc/eks/nodeadm.d/x.yaml <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --streaming-connection-idle-timeout=0
EOF
#### nodeadm-d-config al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
cat > /etc/eks/nodeadm.d/x.yaml <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      streamingConnectionIdleTimeout: 6m
EOF
#### nodeadm-d-expanded al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
IDLE=6m
cat > /etc/eks/nodeadm.d/x.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec: {kubelet: {flags: ["--streaming-connection-idle-timeout=$IDLE", "--v=2"]}}
EOF
#### nodeadm-d-json al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /etc/eks/nodeadm.d/x.json
#### nodeadm-d-two al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /etc/eks/nodeadm.d/20.json
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=5m"]}}}' > /etc/eks/nodeadm.d/10.json
#### nodeadm-d-other-ending al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--streaming-connection-idle-timeout=0"]}}}' > /etc/eks/nodeadm.d/x.conf
#### nodeadm-d-overwrites-an-edit al2023
#!/bin/bash
mkdir -p /etc/eks/nodeadm.d
sed -i 's/$/ --streaming-connection-idle-timeout=0/' /etc/eks/kubelet/environment
echo '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"kubelet":{"flags":["--v=2"]}}}' > /etc/eks/nodeadm.d/x.json
#### nodeadm-init al2023
#!/bin/bash
cat > /tmp/node.yaml <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: {name: demo}
  kubelet:
    flags: ["--streaming-connection-idle-timeout=0"]
EOF
nodeadm init -c file:///tmp/node.yaml
#### nodeadm-init-long-option al2023
#!/bin/bash
cat > /tmp/node.yaml <<'EOF'
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config: {streamingConnectionIdleTimeout: 6m}
EOF
/usr/bin/nodeadm init --config-source file:///tmp/node.yaml
#### nodeadm-init-two al2023
#!/bin/bash
for n in 1 2; do
cat > /tmp/$n.yaml <<EOF
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec: {kubelet: {flags: ["--streaming-connection-idle-timeout=${n}m"]}}
EOF
done
nodeadm init -c file:///tmp/1.yaml -c file:///tmp/2.yaml
#### systemd-drop-in al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/90-x.conf <<'EOF'
[Service]
ExecStart=
ExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS --streaming-connection-idle-timeout=0
EOF
systemctl daemon-reload
#### systemd-environment-loses al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/90-x.conf <<'EOF'
[Service]
Environment='NODEADM_KUBELET_ARGS=--streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
#### restart-then-edit al2023
#!/bin/bash
systemctl restart kubelet
sed -i 's/$/ --streaming-connection-idle-timeout=0/' /etc/eks/kubelet/environment
#### systemd-extra-args-is-dead al2023
#!/bin/bash
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/90-x.conf <<'EOF'
[Service]
Environment='KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0'
EOF
systemctl daemon-reload
