#!/bin/bash
cat <<'OWN' > /etc/eks/bootstrap.sh
#!/bin/bash
case "$2" in
  --kubelet-extra-args=*) kubelet-starter "${2#*=}" ;;
esac
OWN
/etc/eks/bootstrap.sh demo --kubelet-extra-args=--streaming-connection-idle-timeout=5m
