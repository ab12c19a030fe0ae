#!/usr/bin/env bash
set -euo pipefail
CLUSTER=${1:?cluster}
IDLE=0s

cat <<EOF
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
/etc/eks/bootstrap.sh "$CLUSTER" --kubelet-extra-args '--streaming-connection-idle-timeout=$IDLE'
--b--
EOF
