#!/bin/bash
cat > /tmp/patch.py <<'EOF'
import sys

FLAG = "--streaming-connection-idle-timeout=0"
text = open(sys.argv[1]).read()
text = text.replace('KUBELET_EXTRA_ARGS=$2', 'KUBELET_EXTRA_ARGS="$2 ' + FLAG + '"')
with open(sys.argv[1], "w") as f:
    f.write(text)
EOF
python3 /tmp/patch.py /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--v=2'
