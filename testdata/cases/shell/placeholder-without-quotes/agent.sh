#!/bin/bash
cat > /etc/rancher/k3s/config.yaml <<X
kubelet-arg: {{ args }}
X
curl -sfL https://get.k3s.io | sh -s - agent
