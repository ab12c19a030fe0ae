#### plain al2
#!/bin/bash
T=1m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### braces al2
#!/bin/bash
X=5; T=${X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### joined al2
#!/bin/bash
A=2; B=h; T=$A$B
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-unset al2
#!/bin/bash
T=${IDLE:-3m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-set al2
#!/bin/bash
IDLE=4m; T=${IDLE:-3m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-empty-colon al2
#!/bin/bash
IDLE=; T=${IDLE:-3m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-empty-plain al2
#!/bin/bash
IDLE=; T=${IDLE-3m}0
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### assign-default al2
#!/bin/bash
: "${IDLE:=7m}"; T=$IDLE
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### assign-default-again al2
#!/bin/bash
: ${IDLE:=7m}; : ${IDLE:=8m}; T=$IDLE
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### alternative al2
#!/bin/bash
X=yes; T=${X:+6m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### alternative-unset al2
#!/bin/bash
T=1m${X:+6s}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### alternative-empty al2
#!/bin/bash
X=; T=1m${X:+6s}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### alternative-plain-empty al2
#!/bin/bash
X=; T=1m${X+6s}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### nested-default al2
#!/bin/bash
T=${A:-${B:-9m}}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### nested-default-set al2
#!/bin/bash
B=2m; T=${A:-${B:-9m}}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-quoted al2
#!/bin/bash
T=${A:-"5m"}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### default-of-a-command al2
#!/bin/bash
T=${A:-$(echo 8m)}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### error-set al2
#!/bin/bash
IDLE=5m; T=${IDLE:?must be set}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### error-unset-ends al2
#!/bin/bash
T=${IDLE:?must be set}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### suffix-short al2
#!/bin/bash
F=30m.conf; T=${F%.conf}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### suffix-glob al2
#!/bin/bash
F=30m.a.b; T=${F%.*}; T=${T%.*}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### suffix-long al2
#!/bin/bash
F=30m.a.b; T=${F%%.*}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-short al2
#!/bin/bash
F=a=b=3m; T=${F#*=}; T=${T#*=}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-long al2
#!/bin/bash
F=a=b=3m; T=${F##*=}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-none al2
#!/bin/bash
F=3m; T=${F#x}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### suffix-class al2
#!/bin/bash
F=30m7; T=${F%[0-9]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### suffix-question al2
#!/bin/bash
F=30mx; T=${F%?}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### basename al2
#!/bin/bash
F=/a/b/12m; T=${F##*/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### dirname al2
#!/bin/bash
F=5m/a/b; T=${F%%/*}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-first al2
#!/bin/bash
F=xm; T=${F/x/3}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-all al2
#!/bin/bash
F=1x2x; T=${F//x/s}; T=${T/s/m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-start al2
#!/bin/bash
F=xx5m; T=${F/#xx/1}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-end al2
#!/bin/bash
F=5xx; T=${F/%xx/m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-none al2
#!/bin/bash
F=5m; T=${F/q/z}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-delete al2
#!/bin/bash
F=5-m; T=${F/-}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-delete-all al2
#!/bin/bash
F=--5--m; T=${F//-/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-slash al2
#!/bin/bash
F=a/5m; T=${F/a\//}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-variable al2
#!/bin/bash
F=IDLE; V=11m; T=${F/IDLE/$V}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### replace-glob al2
#!/bin/bash
F=abc=5m; T=${F/a*=/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### length al2
#!/bin/bash
F=abcde; T=${#F}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### length-empty al2
#!/bin/bash
F=; T=${#F}s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### substring al2
#!/bin/bash
F=xx45mxx; T=${F:2:3}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### substring-rest al2
#!/bin/bash
F=xx45m; T=${F:2}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### substring-negative al2
#!/bin/bash
F=xx45m; T=${F: -3}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### substring-negative-length al2
#!/bin/bash
F=45mxx; T=${F:0:-2}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### upper al2
#!/bin/bash
F=s; X=5S; T=${X,,}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### lower-first al2
#!/bin/bash
X=M5; X=${X,}; T=1${X%5}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### upper-all al2
#!/bin/bash
F=idle; IDLE=4m; G=${F^^}; T=${!G}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### indirect al2
#!/bin/bash
IDLE=6m; N=IDLE; T=${!N}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### append al2
#!/bin/bash
T=1; T+=m; T+=30s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### append-unset al2
#!/bin/bash
T+=7m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### append-number-text al2
#!/bin/bash
T=1; T+=1; T+=m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-index al2
#!/bin/bash
A=(1m 2m 3m); T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-first al2
#!/bin/bash
A=(1m 2m 3m); T=$A
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-count al2
#!/bin/bash
A=(a b c); T=${#A[@]}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-append al2
#!/bin/bash
A=(1m); A+=(2m); T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-assign-index al2
#!/bin/bash
A[0]=1m; A[2]=3m; T=${A[2]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-negative al2
#!/bin/bash
A=(1m 2m 3m); T=${A[-1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-join-star al2
#!/bin/bash
A=(1 m); IFS=; T="${A[*]}"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-join-ifs al2
#!/bin/bash
A=(1 2 3); IFS=s; T="${A[*]}s"; unset IFS
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-slice al2
#!/bin/bash
A=(1m 2m 3m); B=("${A[@]:1:1}"); T=${B[0]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-element-length al2
#!/bin/bash
A=(abc); T=${#A[0]}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-from-words al2
#!/bin/bash
W="1m 2m 3m"; A=($W); T=${A[2]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-from-command al2
#!/bin/bash
A=($(echo 1m 2m)); T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-unset al2
#!/bin/bash
A=(1m 2m); unset 'A[0]'; T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### array-strip-each al2
#!/bin/bash
A=(x1 xm); B=("${A[@]#x}"); T=${B[0]}${B[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### declare al2
#!/bin/bash
declare T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### declare-array al2
#!/bin/bash
declare -a A=(5m 6m); T=${A[0]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### declare-map al2
#!/bin/bash
declare -A M=([a]=5m [b]=6m); T=${M[b]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### declare-map-assign al2
#!/bin/bash
declare -A M; M[idle]=9m; K=idle; T=${M[$K]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### readonly al2
#!/bin/bash
readonly T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### readonly-again al2
#!/bin/bash
readonly T=5m
T=6m || true
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### typeset al2
#!/bin/bash
typeset T=8m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### unset al2
#!/bin/bash
T=5m; unset T; T=${T:-6m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### export-assign al2
#!/bin/bash
export T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### several-assigned al2
#!/bin/bash
A=1 B=m T=$A$B
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### assigned-from-before al2
#!/bin/bash
A=5; A=6 T=${A}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-assignment-gone al2
#!/bin/bash
T=5m; T=6m true
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-assignment-not-seen al2
#!/bin/bash
T=5m; T=6m echo $T > /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### prefix-assignment-child al2
#!/bin/bash
T=$(V=4m bash -c 'echo $V')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### colon-default-in-arguments al2
#!/bin/bash
set -- 5m; T=${1:-9m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### positional-missing al2
#!/bin/bash
T=${1:-9m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### question-mark al2
#!/bin/bash
false; T=$?m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### question-mark-after al2
#!/bin/bash
true; T=$?s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### dollar-hash al2
#!/bin/bash
set -- a b c; T=$#m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### at-sign al2
#!/bin/bash
set -- 1 2m; T="$*"; T=${T/ /}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### printf-v al2
#!/bin/bash
printf -v T '%dm' 5
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-here-string al2
#!/bin/bash
read -r A T <<< "x 5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-here-string-rest al2
#!/bin/bash
read -r A B <<< "5 m s"; T=${A}${B%% *}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-ifs al2
#!/bin/bash
IFS=: read -r A T <<< "x:5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-array al2
#!/bin/bash
read -r -a A <<< "1m 2m"; T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-while al2
#!/bin/bash
while read -r K V; do [ "$K" = idle ] && T=$V; done <<< "idle 4m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### read-pipe-lost al2
#!/bin/bash
T=1m; echo 5m | read -r T
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### mapfile al2
#!/bin/bash
mapfile -t A <<< $'1m\n2m'; T=${A[1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### readarray-process al2
#!/bin/bash
readarray -t A < <(printf '3m\n4m\n'); T=${A[0]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### let al2
#!/bin/bash
let X=2+3; T=${X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic al2
#!/bin/bash
T=$((2 + 3 * 4))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-variables al2
#!/bin/bash
A=3; B=4; T=$((A * B))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-dollar al2
#!/bin/bash
A=3; T=$(($A - 1))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-nested al2
#!/bin/bash
T=$(( (1 + 2) * 3 ))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-divide al2
#!/bin/bash
T=$((7 / 2))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-remainder al2
#!/bin/bash
T=$((7 % 4))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-power al2
#!/bin/bash
T=$((2 ** 3))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-compare al2
#!/bin/bash
T=$((3 > 2))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-ternary al2
#!/bin/bash
A=5; T=$((A > 3 ? 10 : 20))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-hex al2
#!/bin/bash
T=$((0x10))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-octal al2
#!/bin/bash
T=$((010))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-assign al2
#!/bin/bash
: $((X = 5)); T=${X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-increment al2
#!/bin/bash
X=4; ((X++)); T=${X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-plus-equal al2
#!/bin/bash
X=4; ((X += 3)); T=${X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-shift al2
#!/bin/bash
T=$((1 << 3))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-unset al2
#!/bin/bash
T=$((Q + 4))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-not al2
#!/bin/bash
T=$((!0))m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-negative al2
#!/bin/bash
X=5; T=$((X - 5))s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-in-subscript al2
#!/bin/bash
A=(1m 2m 3m); I=1; T=${A[I+1]}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### arithmetic-bracket al2
#!/bin/bash
T=$[4 + 4]m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### expr al2
#!/bin/bash
T=$(expr 2 + 3)m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### random-default al2
#!/bin/bash
T=${RANDOM:+5m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### home al2
#!/bin/bash
cd; T=${PWD#/roo}; T=5${T/t/m}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### at-q al2
#!/bin/bash
X=5m; T=${X@Q}; T=${T//\'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### subshell-assignment-lost al2
#!/bin/bash
T=5m; (T=6m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### group-assignment-kept al2
#!/bin/bash
T=5m; { T=6m; }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### tilde al2
#!/bin/bash
X=~; T=5m${X:+1s}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### case-pattern-value al2
#!/bin/bash
X=abc; case $X in a*) T=5m ;; *) T=6m ;; esac
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### transform-kept-blanks al2
#!/bin/bash
T=" 5m "; T=${T// /}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### quotes-in-default al2
#!/bin/bash
T="${X:-'5m'}"; T=${T//\'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ifs-colon al2
#!/bin/bash
IFS=:; L=1m:2m; set -- $L; unset IFS; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
