#!/bin/bash
NAME=x
%{ if length(a) > 0 }
echo ${a}
%{ endif }
/etc/eks/bootstrap.sh ${cluster} --kubelet-extra-args '--streaming-connection-idle-timeout=0 --v=${v}'
