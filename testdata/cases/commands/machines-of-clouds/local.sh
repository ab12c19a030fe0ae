#!/bin/sh
k3sup install --ip "$IP" --k3s-extra-args '--kubelet-arg=streaming-connection-idle-timeout=0 --disable=traefik'
colima start --kubernetes --k3s-arg=--kubelet-arg=streaming-connection-idle-timeout=4h
docker run --detach --privileged rancher/k3s:v1.33.1-k3s1 agent --kubelet-arg=streaming-connection-idle-timeout=0
docker run --rm rancher/k3s:v1.33.1-k3s1 --version
docker exec kind-worker bash -c 'echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0 > /etc/default/kubelet'
docker exec database psql -c 'select 1'
