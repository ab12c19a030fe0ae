#!/bin/bash
/etc/eks/bootstrap.sh ${cluster} --kubelet-extra-args '--streaming-connection-idle-timeout=${idle}'
