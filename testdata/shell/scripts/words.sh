#### single al2
#!/bin/bash
T='5m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double al2
#!/bin/bash
T="5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### none al2
#!/bin/bash
T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### mixed al2
#!/bin/bash
T='5'"m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### adjacent al2
#!/bin/bash
T=1'm'"30"s
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### dollar-in-single al2
#!/bin/bash
X=5; T='$X'; T=${T/\$X/$X}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### escaped-dollar al2
#!/bin/bash
T="\$5m"; T=${T#\$}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-plain al2
#!/bin/bash
T=5\m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-in-single al2
#!/bin/bash
T='5\m'; T=${T/\\/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-in-double al2
#!/bin/bash
T="5\m"; T=${T/\\/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-newline al2
#!/bin/bash
T=5\
m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-newline-in-double al2
#!/bin/bash
T="5\
m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backslash-newline-in-single al2
#!/bin/bash
T='5\
m'; T=${T/\\$'\n'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c al2
#!/bin/bash
T=$'5m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-newline al2
#!/bin/bash
T=$'5\nm'; T=${T/$'\n'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-tab al2
#!/bin/bash
T=$'\t5m'; T=${T/$'\t'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-hex al2
#!/bin/bash
T=$'\x35m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-octal al2
#!/bin/bash
T=$'\065m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-unicode al2
#!/bin/bash
T=$'\u0035m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-quote al2
#!/bin/bash
T=$'5\'m'; T=${T/\'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ansi-c-backslash al2
#!/bin/bash
T=$'5\\m'; T=${T/\\/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### locale-string al2
#!/bin/bash
T=$"5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### double-quote-in-double al2
#!/bin/bash
T="5\"m"; T=${T/\"/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### single-in-double al2
#!/bin/bash
T="5'm'"; T=${T//\'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### command-in-double al2
#!/bin/bash
T="$(echo 5)m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backquotes al2
#!/bin/bash
T=`echo 5m`
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backquotes-in-double al2
#!/bin/bash
T="`echo 5`m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backquotes-nested al2
#!/bin/bash
T=`echo \`echo 5m\``
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### backquotes-escape al2
#!/bin/bash
X=5; T=`echo \${X}m`
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### nested-command al2
#!/bin/bash
T=$(echo $(echo 5)m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### nested-quotes al2
#!/bin/bash
T="$(echo "$(echo "5m")")"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### trailing-newlines al2
#!/bin/bash
T=$(printf '5m\n\n\n')
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### inner-newline al2
#!/bin/bash
T=$(printf '5\nm'); T=${T/$'\n'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-list al2
#!/bin/bash
set -- {1,5}m; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-range al2
#!/bin/bash
set -- {1..9}m; T=$5
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-range-step al2
#!/bin/bash
set -- {2..9..3}m; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-nested al2
#!/bin/bash
set -- {a,{b,5}}m; T=$3
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-quoted al2
#!/bin/bash
T='{5,6}m'; T=${T#\{}; T=${T%,*}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-no-comma al2
#!/bin/bash
T={5}m; T=${T//[\{\}]/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### brace-in-assignment al2
#!/bin/bash
T={1,5}m; T=${T//[\{\},]/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### comment-end al2
#!/bin/bash
T=5m # T=6m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### comment-hash-inside al2
#!/bin/bash
T=5m; X=a#b; T=${T}${X:+1s}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### comment-in-quotes al2
#!/bin/bash
T="5m # x"; T=${T%% *}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### empty-single al2
#!/bin/bash
T=''5m''
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### semicolon-list al2
#!/bin/bash
T=1m; T=2m; T=3m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### ampersand-list al2
#!/bin/bash
true && T=4m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### line-continued-command al2
#!/bin/bash
T=$(echo \
  5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-default al2
#!/bin/bash
X="a 5m"; set -- $X; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-quoted al2
#!/bin/bash
X="a 5m"; set -- "$X"; T=$#m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-tab-newline al2
#!/bin/bash
X=$'a\t5m\nb'; set -- $X; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-empty-gone al2
#!/bin/bash
X=; set -- $X 5m; T=$1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-empty-quoted al2
#!/bin/bash
X=; set -- "$X" 5m; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-at al2
#!/bin/bash
set -- "a b" 5m; set -- "$@"; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-at-unquoted al2
#!/bin/bash
set -- "a b" 5m; set -- $@; T=$3
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-star-quoted al2
#!/bin/bash
set -- a b; set -- "$*"; T=$#m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-command al2
#!/bin/bash
set -- $(echo 'a 5m'); T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-command-quoted al2
#!/bin/bash
set -- "$(echo 'a 5m')"; T=$#m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-literal-kept al2
#!/bin/bash
set -- a" "b 5m; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### split-part al2
#!/bin/bash
X="1 2"; set -- a$X"m"; T=$2
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### no-split-in-assignment al2
#!/bin/bash
X="5m 6m"; T=$X; T=${T% *}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### glob-no-match al2
#!/bin/bash
cd /tmp; set -- 5m*; T=${1%\*}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### glob-match al2
#!/bin/bash
cd /tmp; touch 5m; set -- 5*; T=$1
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### glob-off al2
#!/bin/bash
set -f; cd /tmp; touch 5m 5s; set -- 5*; T=${1%\*}m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### eval-simple al2
#!/bin/bash
eval 'T=5m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### eval-two-words al2
#!/bin/bash
eval T=5 ';' 'T=${T}m'
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### eval-indirect al2
#!/bin/bash
N=T; eval "$N=5m"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### eval-quoting al2
#!/bin/bash
X='T="5m"'; eval "$X"
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### alias-not-in-scripts al2
#!/bin/bash
alias echo='echo 9m'; T=$(echo 5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### time-keyword al2
#!/bin/bash
time T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### not-keyword al2
#!/bin/bash
! false && T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### colon al2
#!/bin/bash
: T=9m; T=5m
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### carriage-return-in-text al2
#!/bin/bash
T=$'5m\r'; T=${T%$'\r'}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### utf-8 al2
#!/bin/bash
X=é5m; T=${X#é}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### null-command al2
#!/bin/bash
T=5m; > /dev/null
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-plain al2
#!/bin/bash
T=$(cat <<EOF
5m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-expands al2
#!/bin/bash
X=5; T=$(cat <<EOF
${X}m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-quoted al2
#!/bin/bash
X=5; T=$(cat <<'EOF'
${X}m
EOF
); T=${T/\$\{X\}/6}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-backslash-quoted al2
#!/bin/bash
X=5; T=$(cat <<\EOF
$Xm
EOF
); T=${T/\$X/7}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-escaped-dollar al2
#!/bin/bash
X=5; T=$(cat <<EOF
\$5m
EOF
); T=${T#\$}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-dash al2
#!/bin/bash
T=$(cat <<-EOF
	5m
	EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-dash-spaces-stay al2
#!/bin/bash
T=$(cat <<-EOF
	  5m
	EOF
); T=${T# }; T=${T# }
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-command al2
#!/bin/bash
T=$(cat <<EOF
$(echo 5)m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-backquote al2
#!/bin/bash
T=$(cat <<EOF
`echo 5`m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-arithmetic al2
#!/bin/bash
T=$(cat <<EOF
$((2+3))m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-continued al2
#!/bin/bash
T=$(cat <<EOF
5\
m
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-default al2
#!/bin/bash
T=$(cat <<EOF
${IDLE:-5m}
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-quotes-stay al2
#!/bin/bash
T=$(cat <<EOF
"5m"
EOF
); T=${T//\"/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-two-on-a-line al2
#!/bin/bash
T=$(cat <<A; cat <<B
5
A
m
B
); T=${T/$'\n'/}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-then-pipe al2
#!/bin/bash
T=$(cat <<EOF | tr -d x
5xm
EOF
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### heredoc-word-is-odd al2
#!/bin/bash
T=$(cat <<'END OF TEXT'
5m
END OF TEXT
)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### here-string al2
#!/bin/bash
T=$(cat <<< 5m)
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### here-string-variable al2
#!/bin/bash
X="5m"; T=$(cat <<< "$X")
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### here-string-no-split al2
#!/bin/bash
X="5  m"; T=$(cat <<< $X); T=${T//  /}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
#### process-substitution al2
#!/bin/bash
T=$(cat <(echo 5m))
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--streaming-connection-idle-timeout=$T"
