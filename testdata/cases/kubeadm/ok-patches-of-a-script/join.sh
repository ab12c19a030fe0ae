#!/bin/bash
mkdir -p /etc/kubeadm/patches
echo 'streamingConnectionIdleTimeout: 0s' > /etc/kubeadm/patches/kubeletconfiguration0.yaml
echo 'streamingConnectionIdleTimeout: 2h' > /etc/kubeadm/patches/kubeletconfiguration1+merge.yaml
echo 'streamingConnectionIdleTimeout: 0s' > /etc/kubeadm/patches/etcd.yaml
kubeadm join 10.0.0.1:6443 --patches=/etc/kubeadm/patches --token "$1"
