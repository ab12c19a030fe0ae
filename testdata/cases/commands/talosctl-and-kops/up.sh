#!/bin/bash
talosctl gen config pond https://10.0.0.1:6443 \
  --config-patch '{"machine": {"kubelet": {"extraArgs": {"v": "2"}}}}' \
  --config-patch-worker '[{"op": "add", "path": "/machine/kubelet/extraArgs/streaming-connection-idle-timeout", "value": "0"}]' \
  --config-patch-control-plane @control-plane.yaml
talosctl patch mc -n 10.0.0.2 -p '{"machine": {"kubelet": {"extraConfig": {"streamingConnectionIdleTimeout": "0s"}}}}'
kops create cluster --name pond --zones eu-west-1a --set spec.kubelet.streamingConnectionIdleTimeout=0m --yes
kops edit ig nodes --set=spec.kubelet.streamingConnectionIdleTimeout=4h
kops set instancegroup --name pond nodes spec.kubelet.streamingConnectionIdleTimeout=0
