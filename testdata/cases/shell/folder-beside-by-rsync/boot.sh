#!/bin/bash
rsync -a ./kubelet.service.d /etc/systemd/system
/etc/eks/bootstrap.sh demo
