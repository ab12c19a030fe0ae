#!/bin/bash
ssh node1 "echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=1h > /etc/default/kubelet; systemctl restart kubelet"
ssh node2 journalctl -u kubelet
scp node2:/etc/default/kubelet ./kubelet-of-node2
