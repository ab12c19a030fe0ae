#!/bin/bash
set -e
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mkdir -p /etc/systemd/system/kubelet.service.d
cp "$here/files/20-timeouts.conf" /etc/systemd/system/kubelet.service.d
/etc/eks/bootstrap.sh "$1"
