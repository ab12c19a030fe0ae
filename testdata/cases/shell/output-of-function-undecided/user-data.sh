#!/bin/bash
idle() {
  if [ "$(cat /sys/class/dmi/id/board_asset_tag)" = batch ]; then
    echo 0s
  else
    echo 2h
  fi
}
IDLE=$(idle)
/etc/eks/bootstrap.sh pond --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"
