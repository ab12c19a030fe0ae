#!/bin/bash
kubectl delete -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: a}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
cat <<E | kubectl apply --dry-run=server -f -
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: b}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
cat <<E | kubectl -n kube-system diff -f -
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: c}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
if false; then
  kubectl apply -f - <<E
apiVersion: machineconfiguration.openshift.io/v1
kind: KubeletConfig
metadata: {name: d}
spec: {kubeletConfig: {streamingConnectionIdleTimeout: 0s}}
E
fi
