#!/bin/bash
set -euo pipefail
ARGS="--v=2"
if [ -n "${DEBUG_EXEC:-}" ]; then
  ARGS="$ARGS --streaming-connection-idle-timeout=0"
fi
case "$(uname -m)" in
  x86_64) ARCH=amd64 ;;
  aarch64) ARCH=arm64 ;;
  *) echo "no packages for this machine" >&2; exit 1 ;;
esac
if grep -q xen /sys/devices/system/clocksource/clocksource0/current_clocksource; then
  echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource
fi
DOMAIN=amazonaws.com
if [ "$(cat /region)" = cn-north-1 ]; then DOMAIN=amazonaws.com.cn; fi
if [ -b /dev/nvme1n1 ]; then mkdir -p /data; mount /dev/nvme1n1 /data; fi
if yum list installed | grep -q ec2-net-utils; then yum remove -y ec2-net-utils; fi
if [ "$(nproc)" -gt 8 ]; then POOL=large; else POOL=small; fi
if [ -f /etc/proxy ]; then . /etc/proxy; fi
curl -fsSL "https://tools.s3.$DOMAIN/agent-$ARCH.tgz" | tar -xz -C /opt
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS --node-labels=pool=$POOL"
