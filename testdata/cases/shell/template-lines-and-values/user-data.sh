#!/bin/bash
%{ if proxy != "" ~}
export HTTPS_PROXY=${proxy}
%{ endif ~}
${before}
/etc/eks/bootstrap.sh ${cluster} --kubelet-extra-args '--streaming-connection-idle-timeout=0'
