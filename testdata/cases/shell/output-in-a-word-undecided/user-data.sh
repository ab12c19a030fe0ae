#!/bin/bash
args() {
  case "$(uname -m)" in
    aarch64) echo "--streaming-connection-idle-timeout=0" ;;
    *) echo "--streaming-connection-idle-timeout=1h" ;;
  esac
}
/etc/eks/bootstrap.sh pond --kubelet-extra-args "$(args) --v=$(nproc | grep -q 4 && echo 2 || echo 3)"
