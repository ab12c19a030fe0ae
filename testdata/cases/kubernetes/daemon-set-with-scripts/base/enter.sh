#!/bin/bash
echo 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0h' > /etc/default/kubelet
systemctl restart kubelet
