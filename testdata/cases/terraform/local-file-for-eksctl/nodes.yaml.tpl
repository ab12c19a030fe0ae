apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: ${cluster_name}
  region: eu-west-3
managedNodeGroups:
  - name: a
    ami: "ami-0123456789abcdef0"
    amiFamily: AmazonLinux2
    overrideBootstrapCommand: |
      #!/bin/bash
      /etc/eks/bootstrap.sh ${cluster_name} --kubelet-extra-args "--node-labels=a=b --streaming-connection-idle-timeout=${idle}"
