#### key-in-pieces al2
#!/bin/bash
K=streaming; K+=-connection; K+=-idle-timeout
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--$K=0"
#### value-from-arithmetic al2
#!/bin/bash
H=4
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$((H - 4))h"
#### value-from-array al2
#!/bin/bash
declare -a V=(4h 0s)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${V[1]}"
#### value-from-map al2
#!/bin/bash
declare -A idle=([prod]=4h [dev]=0)
env=dev
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${idle[$env]}"
#### flags-from-map al2
#!/bin/bash
declare -A flags
flags["streaming-connection-idle-timeout"]=0
flags["v"]=2
args=""
for k in "${!flags[@]}"; do args+="--$k=${flags[$k]} "; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$args"
#### value-from-function al2
#!/bin/bash
idle() { if [[ $1 == prod ]]; then echo 4h; else echo 0; fi; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$(idle prod)"
#### value-from-printf-v al2
#!/bin/bash
printf -v flag -- '--%s=%d' streaming-connection-idle-timeout 0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$flag"
#### value-from-printf-width al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf -- '--streaming-connection-idle-timeout=%ds' 00)"
#### continued-everywhere al2
#!/bin/bash
/etc/eks/bootstrap.sh \
  demo \
  --kubelet-extra-args \
  '--v=2 --streaming-connection-idle-timeout'\
'=0'
#### quotes-in-the-middle al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming"-connection"-idle'-timeout'=0
#### ansi-quotes al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args $'--v=2\x20--streaming-connection-idle-timeout=\x30'
#### braces-of-flags al2
#!/bin/bash
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(echo --{v=2,streaming-connection-idle-timeout=0})"
#### indirect al2
#!/bin/bash
prod_idle=0
stage=prod
name=${stage}_idle
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${!name}"
#### nameref al2
#!/bin/bash
append() { local -n target=$1; target+=" $2"; }
ARGS=--v=2
append ARGS --streaming-connection-idle-timeout=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### eval-assignment al2
#!/bin/bash
name=ARGS
eval "$name='--streaming-connection-idle-timeout=0'"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### set-then-star al2
#!/bin/bash
set -- --v=2 --streaming-connection-idle-timeout=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$*"
#### array-join-printf al2
#!/bin/bash
ARGS=(--v=2 --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$(printf '%s ' "${ARGS[@]}")"
#### array-in-subshell-ifs al2
#!/bin/bash
LABELS=(a=b c=d)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=$(IFS=,; echo "${LABELS[*]}") --streaming-connection-idle-timeout=0"
#### array-conditional-element al2
#!/bin/bash
DEBUG=true
args=(demo)
[[ $DEBUG == true ]] && args+=(--kubelet-extra-args '--streaming-connection-idle-timeout=0 --v=9')
/etc/eks/bootstrap.sh "${args[@]}"
#### getopts al2
#!/bin/bash
join() {
  local idle=4h OPTIND opt
  while getopts ":t:v" opt; do
    case $opt in
      t) idle=$OPTARG ;;
      v) set -x ;;
      *) return 1 ;;
    esac
  done
  shift $((OPTIND - 1))
  /etc/eks/bootstrap.sh "$1" --kubelet-extra-args "--streaming-connection-idle-timeout=$idle"
}
join -t 0 demo
#### long-options-loop al2
#!/bin/bash
main() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --idle) idle="$2"; shift 2 ;;
      --idle=*) idle="${1#*=}"; shift ;;
      --) shift; break ;;
      *) name="$1"; shift ;;
    esac
  done
  /etc/eks/bootstrap.sh "$name" --kubelet-extra-args "--streaming-connection-idle-timeout=${idle:?}"
}
main --idle=0 demo
#### case-insensitive al2
#!/bin/bash
shopt -s nocasematch
MODE=Off
case $MODE in off) T=0 ;; *) T=4h ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-lowered al2
#!/bin/bash
MODE=OFF
case "${MODE,,}" in off|no|false) T=0 ;; *) T=4h ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### extglob al2
#!/bin/bash
shopt -s extglob
v="   0s  "
v="${v##+([[:space:]])}"; v="${v%%+([[:space:]])}"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$v"
#### extglob-case al2
#!/bin/bash
shopt -s extglob
case v1.28.3 in
  v1.@(27|28).*) T=0 ;;
  *) T=4h ;;
esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### regex-groups al2
#!/bin/bash
spec="idle=0s;v=2"
if [[ $spec =~ idle=([0-9]+)([smh]) ]]; then
  T="${BASH_REMATCH[1]}${BASH_REMATCH[2]}"
fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### regex-in-variable al2
#!/bin/bash
re='^[0-9]+$'
N=0
[[ $N =~ $re ]] && T=${N}s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${T-4h}"
#### version-compare al2
#!/bin/bash
VERSION=1.24.7
minor=$(echo $VERSION | cut -d. -f2)
if (( minor >= 24 )); then ARGS=--streaming-connection-idle-timeout=0; else ARGS=--v=2; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### version-sorted al2
#!/bin/bash
if [ "$(printf '%s\n' 1.24 1.28 | sort -V | head -n1)" = "1.24" ]; then ARGS=--streaming-connection-idle-timeout=0; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### test-with-two-operators al2
#!/bin/bash
A=x B=
if [ -n "$A" -a -z "$B" ]; then T=0; else T=1h; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### test-parentheses al2
#!/bin/bash
A=1
if [ \( "$A" = 1 -o "$A" = 2 \) -a -f /etc/eks/bootstrap.sh ]; then T=0; else T=1h; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### readarray-lines al2
#!/bin/bash
mapfile -t flags < <(printf '%s\n' --v=2 --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${flags[*]}"
#### process-substitution-source al2
#!/bin/bash
source <(echo 'ARGS=--streaming-connection-idle-timeout=0')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### while-process-substitution al2
#!/bin/bash
while read -r f; do ARGS="$ARGS $f"; done < <(echo --v=2; echo --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### default-chain al2
#!/bin/bash
: "${IDLE:=0}" "${EXTRA:=--streaming-connection-idle-timeout=$IDLE}"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${EXTRA}"
#### set-or-unset al2
#!/bin/bash
set -euo pipefail
if [ -n "${IDLE+x}" ]; then T=$IDLE; else T=0; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### v-test al2
#!/bin/bash
IDLE=
if [[ -v IDLE && ! -v NOPE ]]; then T=0; else T=1h; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### and-or-chain al2
#!/bin/bash
[ "$MODE" = strict ] && T=1h || T=0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### local-status-hidden al2
#!/bin/bash
set -e
f() { local x=$(false); echo ok; }
f > /tmp/o
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### errexit-assignment al2
#!/bin/bash
set -e
x=$(grep nothing /etc/eks/bootstrap.sh)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### pipefail-grep al2
#!/bin/bash
set -euo pipefail
cat /etc/eks/bootstrap.sh | grep nothing-like-this | head -1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### nounset-default al2
#!/bin/bash
set -u
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${EXTRA:-} --streaming-connection-idle-timeout=0"
#### nounset-array al2
#!/bin/bash
set -euo pipefail
args=()
args+=("--streaming-connection-idle-timeout=0")
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${args[*]:-}"
#### exit-status-of-function al2
#!/bin/bash
is_prod() { [ "$1" = prod ]; }
if is_prod dev; then T=1h; elif is_prod prod; then T=0; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### return-code-switch al2
#!/bin/bash
pick() { return 3; }
pick
case $? in 0) T=1h ;; 3) T=0 ;; *) T=2h ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### exit-code-of-script al2
#!/bin/bash
bash -c 'exit 4'; rc=$?
if [ $rc -eq 4 ]; then T=0; else T=1h; fi
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### dirname-of-script al2
#!/bin/bash
DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"
#### main-guard al2
#!/bin/bash
main() { /etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=0"; }
if [[ "${BASH_SOURCE[0]}" == "${0}" ]]; then main "$@"; fi
#### uppercase-and-substring al2
#!/bin/bash
x=abc0s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=${x:3}"
#### replace-underscores al2
#!/bin/bash
name=streaming_connection_idle_timeout
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--${name//_/-}=0"
#### quoted-transform al2
#!/bin/bash
args="--v=2 --streaming-connection-idle-timeout=0"
bash -c "/etc/eks/bootstrap.sh demo --kubelet-extra-args ${args@Q}"
#### printf-q al2
#!/bin/bash
args="--v=2 --streaming-connection-idle-timeout=0"
eval "/etc/eks/bootstrap.sh demo --kubelet-extra-args $(printf %q "$args")"
#### tr-and-cut al2
#!/bin/bash
LINE="IDLE: 0s # off"
T=$(echo "$LINE" | cut -d: -f2 | cut -d'#' -f1 | tr -d ' ')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### comma-list-split al2
#!/bin/bash
FLAGS="v=2,streaming-connection-idle-timeout=0"
OLDIFS=$IFS
IFS=','
for f in $FLAGS; do ARGS="$ARGS --$f"; done
IFS=$OLDIFS
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$ARGS"
#### select-by-index al2
#!/bin/bash
opts=(--v=2 --streaming-connection-idle-timeout=0 --v=4)
for i in "${!opts[@]}"; do (( i == 1 )) && pick=${opts[i]}; done
/etc/eks/bootstrap.sh demo --kubelet-extra-args "$pick"
#### last-element al2
#!/bin/bash
opts=(--v=2 --streaming-connection-idle-timeout=0)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "${opts[-1]} ${opts[${#opts[@]}-2]}"
#### positional-slice al2
#!/bin/bash
f() { /etc/eks/bootstrap.sh "$1" --kubelet-extra-args "${*:2}"; }
f demo --v=2 --streaming-connection-idle-timeout=0
#### shift-two al2
#!/bin/bash
f() { local name=$1 mode=$2; shift 2; /etc/eks/bootstrap.sh "$name" --kubelet-extra-args "$*"; }
f demo x --v=2 --streaming-connection-idle-timeout=0
#### pushd al2
#!/bin/bash
pushd /etc/eks > /dev/null
./bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
popd
