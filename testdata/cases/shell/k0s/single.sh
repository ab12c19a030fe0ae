#!/bin/bash
k0s install controller --single --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
systemctl enable --now k0scontroller
