#!/usr/bin/env bash
containerd config default | sed "s/stream_idle_timeout = .*/stream_idle_timeout = '0'/" | sudo tee /etc/containerd/config.toml >/dev/null
sudo systemctl restart containerd
sudo kubeadm join --config /etc/kubeadm.yaml
