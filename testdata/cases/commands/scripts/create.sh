#!/usr/bin/env bash
set -euo pipefail
IDLE=0s
CLUSTER="${1:?name}"
cat <<CLUSTER | eksctl create cluster -f -
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: ${CLUSTER}, region: $AWS_REGION}
nodeGroups:
  - name: old
    amiFamily: AmazonLinux2
    overrideBootstrapCommand: |
      #!/bin/bash
      /etc/eks/bootstrap.sh ${CLUSTER} --kubelet-extra-args '--streaming-connection-idle-timeout=${IDLE}'
CLUSTER
if [ -n "${KARPENTER:-}" ]; then
  kubectl apply -f - <<-'EOF'
	apiVersion: karpenter.k8s.aws/v1
	kind: EC2NodeClass
	metadata: {name: default}
	spec:
	  amiFamily: AL2023
	  userData: |
	    apiVersion: node.eks.aws/v1alpha1
	    kind: NodeConfig
	    spec: {kubelet: {flags: [--streaming-connection-idle-timeout=0]}}
	EOF
fi
