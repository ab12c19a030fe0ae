. lib/defaults.env
join() {
  /etc/eks/bootstrap.sh "$1" --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
}
