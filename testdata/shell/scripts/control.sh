#### if-true al2
#!/bin/bash
if true; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-false al2
#!/bin/bash
if false; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-elif al2
#!/bin/bash
X=b; if [ $X = a ]; then T=1m; elif [ $X = b ]; then T=2m; else T=3m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-no-else al2
#!/bin/bash
T=1m; if false; then T=5m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-not al2
#!/bin/bash
if ! false; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-command-status al2
#!/bin/bash
if grep -q demo <<< "a demo"; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-pipeline al2
#!/bin/bash
if echo x | grep -q y; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### if-list al2
#!/bin/bash
if false; true; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-equal al2
#!/bin/bash
X=a; if [ "$X" = "a" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-double-equal al2
#!/bin/bash
X=a; if [ "$X" == "b" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-not-equal al2
#!/bin/bash
X=a; if [ "$X" != "b" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-z al2
#!/bin/bash
if [ -z "$X" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-n al2
#!/bin/bash
X=1; if [ -n "$X" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-n-unquoted-empty al2
#!/bin/bash
if [ -n $X ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-bare-word al2
#!/bin/bash
X=; if [ "$X" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-not al2
#!/bin/bash
if [ ! -z "a" ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-and al2
#!/bin/bash
if [ a = a -a b = c ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-or al2
#!/bin/bash
if [ a = b -o b = b ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-number al2
#!/bin/bash
X=5; if [ $X -gt 3 ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-number-le al2
#!/bin/bash
X=5; if [ $X -le 4 ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-command al2
#!/bin/bash
if test a = a; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-file al2
#!/bin/bash
if [ -f /etc/eks/bootstrap.sh ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-file-missing al2
#!/bin/bash
if [ -f /etc/nothing ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-directory al2
#!/bin/bash
if [ -d /etc/kubernetes/kubelet ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-exists-written al2
#!/bin/bash
echo x > /tmp/y; if [ -e /tmp/y ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-size al2
#!/bin/bash
: > /tmp/y; if [ -s /tmp/y ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-removed al2
#!/bin/bash
echo x > /tmp/y; rm /tmp/y; if [ -e /tmp/y ]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket al2
#!/bin/bash
X=a; if [[ $X == a ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-glob al2
#!/bin/bash
X=abc; if [[ $X == a* ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-glob-quoted al2
#!/bin/bash
X=abc; if [[ $X == "a*" ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-and al2
#!/bin/bash
X=a; if [[ $X == a && -n $X ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-or al2
#!/bin/bash
X=a; if [[ $X == b || $X == a ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-group al2
#!/bin/bash
if [[ ( a == b || a == a ) && ! b == c ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-regex al2
#!/bin/bash
X=v1.29; if [[ $X =~ ^v1\.([0-9]+)$ ]]; then T=${BASH_REMATCH[1]}m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-less al2
#!/bin/bash
if [[ a < b ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-number al2
#!/bin/bash
X=5; if [[ $X -ge 5 ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-unset al2
#!/bin/bash
if [[ -z ${X:-} ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-bracket-v al2
#!/bin/bash
X=1; if [[ -v X ]]; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-parentheses al2
#!/bin/bash
X=5; if ((X > 3)); then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### and-list al2
#!/bin/bash
[ a = a ] && T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### and-list-false al2
#!/bin/bash
T=1m; [ a = b ] && T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### or-list al2
#!/bin/bash
[ a = b ] || T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### or-list-true al2
#!/bin/bash
T=1m; [ a = a ] || T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### and-or al2
#!/bin/bash
[ a = b ] && T=5m || T=6m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### and-or-group al2
#!/bin/bash
true && { T=5m; false; } || T=6m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### group-status al2
#!/bin/bash
{ false; } || T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### subshell-status al2
#!/bin/bash
(exit 3) || T=$?m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-words al2
#!/bin/bash
for T in 1m 2m 3m; do :; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-variable al2
#!/bin/bash
L="1m 2m"; for X in $L; do T=$X; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-array al2
#!/bin/bash
A=(1m 2m); for X in "${A[@]}"; do T=$X; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-arguments al2
#!/bin/bash
set -- 1m 2m; for X; do T=$X; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-break al2
#!/bin/bash
for X in 1m 2m 3m; do T=$X; [ $X = 2m ] && break; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-continue al2
#!/bin/bash
for X in 1m 2m 3m; do [ $X = 3m ] && continue; T=$X; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-collect al2
#!/bin/bash
for X in 1 m 30 s; do T="$T$X"; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-nested-break al2
#!/bin/bash
for A in 1 2; do for B in 3 4; do T=${B}m; break 2; done; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-arithmetic al2
#!/bin/bash
for ((i = 0; i < 5; i++)); do T=${i}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-seq al2
#!/bin/bash
for i in $(seq 1 4); do T=${i}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-brace-range al2
#!/bin/bash
for i in {1..4}; do T=${i}m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-glob al2
#!/bin/bash
mkdir /tmp/d; touch /tmp/d/1m /tmp/d/2m; for f in /tmp/d/*; do T=$(basename $f); done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-empty al2
#!/bin/bash
T=1m; for X in; do T=2m; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### for-key-value al2
#!/bin/bash
for KV in a=1m b=2m; do case ${KV%%=*} in b) T=${KV#*=} ;; esac; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-counter al2
#!/bin/bash
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; T=${i}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-shift al2
#!/bin/bash
set -- a b 5m; while [ $# -gt 1 ]; do shift; done; T=$1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-read al2
#!/bin/bash
while read -r L; do T=$L; done <<EOF
1m
2m
EOF
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-read-pipe-lost al2
#!/bin/bash
T=1m; echo 2m | while read -r L; do T=$L; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-read-output al2
#!/bin/bash
T=$(printf '1\n2\n' | while read -r L; do printf '%s' "$L"; done)m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-break al2
#!/bin/bash
while true; do T=5m; break; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### until al2
#!/bin/bash
i=0; until [ $i -ge 3 ]; do ((i++)); done; T=${i}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### until-file al2
#!/bin/bash
until [ -f /etc/eks/bootstrap.sh ]; do sleep 1; done; T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### while-file-waits al2
#!/bin/bash
echo x > /tmp/y; while [ ! -f /tmp/y ]; do sleep 1; done; T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-literal al2
#!/bin/bash
X=b; case $X in a) T=1m ;; b) T=2m ;; *) T=3m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-or al2
#!/bin/bash
X=b; case "$X" in a | b) T=1m ;; *) T=3m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-glob al2
#!/bin/bash
X=x86_64; case $X in x86*) T=1m ;; aarch64) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-default al2
#!/bin/bash
X=q; case $X in a) T=1m ;; *) T=3m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-no-match al2
#!/bin/bash
T=1m; case q in a) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-class al2
#!/bin/bash
case 7 in [0-5]) T=1m ;; [6-9]) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-parenthesis al2
#!/bin/bash
case a in (a) T=1m ;; (b) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-fall-through al2
#!/bin/bash
case a in a) T=1m ;& b) T=2m ;; c) T=3m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-go-on al2
#!/bin/bash
case ab in a*) T=1m ;;& *b) T=2m ;; *) T=3m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-quoted-glob al2
#!/bin/bash
case 'a*' in 'a*') T=1m ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-quoted-star-literal al2
#!/bin/bash
case abc in 'a*') T=1m ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-empty al2
#!/bin/bash
X=; case "$X" in '') T=1m ;; *) T=2m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-plain al2
#!/bin/bash
f() { T=5m; }; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-keyword al2
#!/bin/bash
function f { T=5m; }; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-argument al2
#!/bin/bash
f() { T=$1; }; f 5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-arguments-at al2
#!/bin/bash
f() { g "$@"; }; g() { T=$2; }; f "a b" 5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-output al2
#!/bin/bash
f() { echo "${1}m"; }; T=$(f 5)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-local al2
#!/bin/bash
f() { local T=9m; }; T=5m; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-local-several al2
#!/bin/bash
f() { local a=$1 b=$2; T=$a$b; }; f 5 m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-local-seen-below al2
#!/bin/bash
g() { R=$V; }; f() { local V=5m; g; }; f; T=$R
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-global al2
#!/bin/bash
f() { T=9m; }; T=5m; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-return al2
#!/bin/bash
f() { return 3; }; f; T=$?m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-return-early al2
#!/bin/bash
f() { T=5m; return; T=6m; }; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-condition al2
#!/bin/bash
f() { [ "$1" = a ]; }; if f a; then T=5m; else T=6m; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-redefined al2
#!/bin/bash
f() { T=1m; }; f() { T=2m; }; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-after-use al2
#!/bin/bash
f 2> /dev/null; f() { T=1m; }; T=2m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-shift al2
#!/bin/bash
f() { shift; T=$1; }; f a 5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-count al2
#!/bin/bash
f() { T=$#m; }; f a b c
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-recursion al2
#!/bin/bash
f() { if [ $1 -gt 0 ]; then f $(($1 - 1)); else T=5m; fi; }; f 3
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-options al2
#!/bin/bash
f() { while [ $# -gt 0 ]; do case $1 in --idle) T=$2; shift 2 ;; *) shift ;; esac; done; }; f --x --idle 5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-getopts al2
#!/bin/bash
f() { while getopts 'i:v' o; do case $o in i) T=$OPTARG ;; esac; done; }; f -v -i 5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-in-subshell al2
#!/bin/bash
f() ( T=9m ); T=5m; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-named-like-a-command al2
#!/bin/bash
echo() { printf '9m'; }; T=$(echo 5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-command-builtin al2
#!/bin/bash
echo() { printf '9m'; }; T=$(command echo 5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-default-argument al2
#!/bin/bash
f() { T=${1:-5m}; }; f
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-redirect al2
#!/bin/bash
f() { echo 5m; }; f > /tmp/x; T=$(cat /tmp/x)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### function-unset al2
#!/bin/bash
f() { T=9m; }; T=5m; unset -f f; f 2> /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### nested-function al2
#!/bin/bash
f() { g() { T=5m; }; }; f; g
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### main-function al2
#!/bin/bash
main() { T=5m; }
main "$@"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### set-positional-in-function al2
#!/bin/bash
f() { set -- 9m; }; set -- 5m; f; T=$1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### select-nothing al2
#!/bin/bash
T=5m; select X in a b; do T=6m; done < /dev/null 2> /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### coproc-free-trap al2
#!/bin/bash
trap 'echo bye' EXIT; T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### trap-err al2
#!/bin/bash
trap 'T=9m' ERR; T=5m; true
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### subshell-exit al2
#!/bin/bash
(exit 1); T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### pipe-status al2
#!/bin/bash
false | true; T=$?s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### pipe-status-pipefail al2
#!/bin/bash
set -o pipefail; false | true; T=$?s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### pipestatus al2
#!/bin/bash
false | true; T=${PIPESTATUS[0]}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### not-pipeline al2
#!/bin/bash
! true; T=$?m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### background-wait al2
#!/bin/bash
T=5m; true & wait
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### negated-test-file al2
#!/bin/bash
[ ! -f /etc/nothing ] && T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
