echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=$IDLE > /etc/default/kubelet
