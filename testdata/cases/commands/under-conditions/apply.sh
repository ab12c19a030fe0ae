#!/bin/bash
if [ "$ENV" = lab ]; then
  kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: a}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
elif [ "$ENV" = prod ]; then
  echo none
else
  cat <<E | kubectl create --dry-run=client -o yaml -f - | kubectl apply -f -
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: b}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
fi
case $REGION in
  eu-*|us-*)
    kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: c}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
    ;;
esac
[ -n "$DEBUG" ] || kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: d}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
aws eks update-kubeconfig --name a && kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: e}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
clean() {
  kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: f}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
}
setup() {
  kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: g}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
}
setup
