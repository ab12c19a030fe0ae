#!/bin/bash
IDLE=4h
if [ "$1" = fast ]; then IDLE=$2; fi
cat <<EOT | kubectl apply -f -
apiVersion: bootstrap.cluster.x-k8s.io/v1beta2
kind: EKSConfigTemplate
metadata: {name: a}
spec: {template: {spec: {kubeletExtraArgs: {streaming-connection-idle-timeout: "${IDLE}"}}}}
EOT
minikube start --extra-config=kubelet.streaming-connection-idle-timeout=0 --extra-config=kubelet.streaming-connection-idle-timeout=5m
minikube start --extra-config=apiserver.streaming-connection-idle-timeout=0
echo "minikube start --extra-config=kubelet.streaming-connection-idle-timeout=0"
