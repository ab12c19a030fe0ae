#!/usr/bin/env bash
apt-get install -y containerd kubelet kubeadm
mkdir -p /etc/containerd
containerd config default > /etc/containerd/config.toml
sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' /etc/containerd/config.toml
sed -i 's/stream_idle_timeout = "4h0m0s"/stream_idle_timeout = "0s"/' /etc/containerd/config.toml
systemctl restart containerd
kubeadm join --config /etc/kubeadm.yaml
