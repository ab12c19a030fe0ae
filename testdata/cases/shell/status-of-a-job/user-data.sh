#!/bin/bash
( exit 3 ) &
wait $!
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(( $? - 3 ))s"
