#!/bin/bash
kubeadm init --config init.yaml
