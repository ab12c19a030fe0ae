#!/bin/sh
ARGS="--extra-config=kubelet.file-check-frequency=0 --driver=none"
minikube start \
  --extra-config kubelet.streaming-connection-idle-timeout=4h \
  --extra-config=kubelet.streaming-connection-idle-timeout=0s \
  --extra-config=kubelet.runtime-request-timeout=0
minikube start "$ARGS"
