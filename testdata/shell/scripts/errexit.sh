#### fails-before al2
#!/bin/bash
set -e
false
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-a-list al2
#!/bin/bash
set -e
false && true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-or al2
#!/bin/bash
set -e
false || true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-if al2
#!/bin/bash
set -e
if false; then :; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-not al2
#!/bin/bash
set -e
! true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-pipe al2
#!/bin/bash
set -e
false | true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-pipe-pipefail al2
#!/bin/bash
set -eo pipefail
false | true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-last-in-pipe al2
#!/bin/bash
set -e
true | false
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-assignment al2
#!/bin/bash
set -e
X=$(false)
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-local-assignment al2
#!/bin/bash
set -e
f() { local x=$(false); }
f
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-echo-substitution al2
#!/bin/bash
set -e
echo "$(false)"
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-function al2
#!/bin/bash
set -e
f() { false; true; }
f
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-function-of-a-condition al2
#!/bin/bash
set -e
f() { false; true; }
f || exit 1
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-subshell al2
#!/bin/bash
set -e
(false; true)
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### fails-in-while-condition al2
#!/bin/bash
set -e
while false; do :; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### off-again al2
#!/bin/bash
set -e
set +e
false
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### o-errexit al2
#!/bin/bash
set -o errexit
false
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### grep-finds-nothing al2
#!/bin/bash
set -e
grep nothing-like-it /etc/eks/bootstrap.sh
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### grep-finds-nothing-guarded al2
#!/bin/bash
set -e
grep -q nothing-like-it /etc/eks/bootstrap.sh || true
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### test-false al2
#!/bin/bash
set -e
[ a = b ] && echo x
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### test-false-last al2
#!/bin/bash
set -e
[ a = b ]
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### arithmetic-zero al2
#!/bin/bash
set -e
i=0
((i++))
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### unset-variable al2
#!/bin/bash
set -u
echo $NOT_SET
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### unset-variable-default al2
#!/bin/bash
set -u
echo ${NOT_SET:-x}
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### unset-variable-without-u al2
#!/bin/bash
echo $NOT_SET
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-before al2
#!/bin/bash
exit 0
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-after al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
exit 1
#### exit-in-if al2
#!/bin/bash
if [ -f /etc/eks/bootstrap.sh ]; then
  /etc/eks/bootstrap.sh demo
  exit 0
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-in-untaken-if al2
#!/bin/bash
if [ ! -f /etc/eks/bootstrap.sh ]; then exit 1; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-in-function al2
#!/bin/bash
die() { exit 1; }
die
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-in-subshell al2
#!/bin/bash
(exit 1)
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### exit-in-subshell-errexit al2
#!/bin/bash
set -e
(exit 1)
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### return-outside al2
#!/bin/bash
return 0 2> /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-command al2
#!/bin/bash
no-such-command
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-command-errexit al2
#!/bin/bash
set -e
no-such-command
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-file-errexit al2
#!/bin/bash
set -e
cat /nothing
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-source-errexit al2
#!/bin/bash
set -e
source /nothing
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### missing-source al2
#!/bin/bash
source /nothing
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### trap-exit al2
#!/bin/bash
trap 'echo done' EXIT
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### trap-runs-bootstrap al2
#!/bin/bash
trap '/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"' EXIT
exit 0
#### syntax-error-at-the-end al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
if true; then
#### syntax-error-at-the-start al2
#!/bin/bash
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### unclosed-quote al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0
#### mkdir-exists-errexit al2
#!/bin/bash
set -e
mkdir /etc/eks
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### mkdir-p-exists-errexit al2
#!/bin/bash
set -e
mkdir -p /etc/eks
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### jq-bad-filter-errexit al2
#!/bin/bash
set -e
jq '.x = ' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/x
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
#### bootstrap-in-the-middle al2
#!/bin/bash
set -e
/etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
false
jq '.streamingConnectionIdleTimeout="5m"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/x && mv /tmp/x /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
