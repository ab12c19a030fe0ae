#!/bin/bash
yq -i '.streamingConnectionIdleTimeout = "0s"' /var/lib/kubelet/config.yaml
systemctl restart kubelet
