#!/bin/bash
cp -r conf /etc/kubernetes/
kubelet --config /etc/kubernetes/conf/kubelet.yaml
