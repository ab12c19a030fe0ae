#!/bin/bash
k3d cluster create dev --agents 2 \
  --k3s-arg "--disable=traefik@server:*" \
  --k3s-arg '--kubelet-arg=streaming-connection-idle-timeout=0@agent:*'
