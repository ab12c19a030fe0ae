#!/usr/bin/env bash
# speed.sh BINARY [--large] [FOLDER...]: the table of docs/speed.md: CPU time, wall time and memory of a check of generated inputs, and
# of each folder, beside ripgrep over the same files; medians of five runs. --large adds trees of 10,000 and 100,000 files. What the
# generator has planted must be found.
set -euo pipefail
binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
shift
sizes=(20000)
if [[ ${1-} == --large ]]; then
  sizes+=(10000 100000)
  shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S %R'

# run NAME COMMAND...: a row of the table.
run() {
  local name=$1
  shift
  for _ in 1 2 3 4 5; do
    # A check with findings fails.
    { time /usr/bin/time -o "$work/memory" -f %M "$@" >/dev/null 2>&1 || true; } 2>&1 | tr '\n' ' '
    tail -n 1 "$work/memory"
  done | awk '{ print 1000 * ($1 + $2), 1000 * $3, $4 / 1024 }' | sort -n | sed -n 3p |
    awk -v name="$name" '{ printf "%-64s %8d %8d %6d\n", name, $1, $2, $3 }'
}

# both NAME FOLDER: ripgrep and a check.
both() {
  if command -v rg >/dev/null; then
    run "rg: $1" rg -c 'kubelet|user_data|UserData|NodeConfig' "$2"
  fi
  run "$1" "$binary" check "$2"
}

# planted FOLDER: fails if a zero that the generator has planted is not found.
planted() {
  (cd "$1" && "$binary" check --format json . 2>/dev/null || true) |
    python3 -c 'import json, sys
wanted = {(z["path"], z["line"]) for z in json.load(open(sys.argv[1]))["zeros"]}
missing = wanted - {(f["place"]["path"], f["place"]["line"]) for f in json.load(sys.stdin)["findings"]}
sys.exit("not found: " + str(sorted(missing)) if missing else 0)' "$1.expected.json"
}

# script NAME HEAD PART TAIL COUNT: a script with as many parts, the number of each in place of N.
script() {
  mkdir -p "$work/$1"
  {
    printf '#!/bin/bash\n%b' "$2"
    for n in $(seq "$5"); do printf '%b' "${3//N/$n}"; done
    printf '%b/etc/eks/bootstrap.sh prod --kubelet-extra-args "--streaming-connection-idle-timeout=$IDLE"\n' "$4"
  } >"$work/$1/boot.sh"
}

printf '%-64s %8s %8s %6s\n' input 'CPU, ms' 'wall, ms' MiB
for size in "${sizes[@]}"; do
  python3 "$here/speed/tree.py" "$work/$size" "$size" 7 >/dev/null
  both "generated, $size files" "$work/$size"
  planted "$work/$size"
done
tree=$work/git
python3 "$here/speed/tree.py" "$tree" 5000 7 >/dev/null
git -C "$tree" init -q
git -C "$tree" add .
git -C "$tree" -c user.name=a -c user.email=a@example.com -c gc.auto=0 commit -qm a
# As in a clone.
git -C "$tree" gc -q
cd "$tree"
mapfile -t terraform < <(git ls-files '*.tf' | awk 'NR % 60 == 10' | head -n 30)
run 'one .tf named among 5,000 files in git' "$binary" check "${terraform[0]}"
run '30 .tf named there' "$binary" check "${terraform[@]}"
run 'one script named there' "$binary" check "$(git ls-files '*.sh' | sed -n 5p)"
run 'one YAML file named there' "$binary" check "$(git ls-files '*.yaml' | sed -n 100p)"
cd "$work"
"$here/speed/inputs.sh" "$work/inputs"
run 'template of 1 MiB, YAML' "$binary" check inputs/yaml
run 'template of 1 MiB, JSON' "$binary" check inputs/json
script ifs 'IDLE=4h\n' 'if [ -e /etc/N ]; then\n  IDLE=Nm\nfi\n' '' 200
script case 'case $(hostname) in\n' 'N) IDLE=Nm ;;\n' 'esac\n' 400
script elif 'if [ -e /etc/0 ]; then\n  IDLE=4h\n' 'elif [ -e /etc/N ]; then\n  IDLE=Nm\n' 'fi\n' 400
run '200 undecided ifs' "$binary" check --isolated ifs/boot.sh
run '`case` with 400 arms' "$binary" check --isolated case/boot.sh
run '`elif` with 400 branches' "$binary" check --isolated elif/boot.sh
run 'one small .tf' "$binary" check --isolated inputs/terraform/main.tf
for folder in "$@"; do
  both "$(basename "$folder")" "$folder"
done
printf '%-64s %8.1f MB\n' 'the program' "$(wc -c <"$binary" | awk '{ print $1 / 1e6 }')"
"$here/speed/instructions.sh" "$binary"
