#!/usr/bin/env bash
# instructions.sh BINARY [--record]: the instructions of a check of each fixed input in one thread, counted by valgrind, and the
# change against instructions.txt, or a new record. BINARY is the one that `cargo build --release` makes on x86-64.
set -euo pipefail
binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
record=$here/instructions.txt
if ! command -v valgrind >/dev/null; then
  echo "valgrind is not installed: nothing is counted"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$here/inputs.sh" "$folder"
cd "$folder"
worst=0
new=$folder/new.txt
printf '%-28s %14s %14s %8s\n' input recorded now change
for input in terraform/main.tf script/boot.sh document/kubelet.yaml yaml/template.yaml json/template.json repository; do
  # A check with findings fails.
  RAYON_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" check --isolated "$input" \
    >out.txt 2>err.txt || true
  now=$(sed -n 's/.*Collected : *//p' err.txt)
  before=$(awk -v input="$input" '$1 == input { print $2 }' "$record" 2>/dev/null || true)
  change=$(awk -v now="$now" -v before="${before:-0}" 'BEGIN { print before ? 100 * (now - before) / before : 0 }')
  printf '%-28s %14s %14s %+7.1f%%\n' "$input" "${before:--}" "$now" "$change"
  printf '%-28s %14s\n' "$input" "$now" >>"$new"
  worst=$(awk -v a="$worst" -v b="$change" 'BEGIN { print (a > b ? a : b) }')
done
if [[ ${2-} == --record ]]; then
  cp "$new" "$record"
elif awk -v worst="$worst" 'BEGIN { exit !(worst > 5) }'; then
  echo "More than 5 % above the record: docs/speed.md needs a line that says what this pays for, and the record a new count."
fi
