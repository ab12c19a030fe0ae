#!/usr/bin/env bash
# speed.sh BINARY FOLDER...: CPU time, wall time and memory of a check of each folder, and of ripgrep over it. Medians of three runs.
set -euo pipefail
binary=$1
shift

measure() {
  for _ in 1 2 3; do
    # A check with findings fails.
    /usr/bin/time -o "$times" -f '%U %S %e %M' "$@" >/dev/null 2>&1 || true
    tail -n 1 "$times"
  done | awk '{ print $1 + $2, $3, $4 / 1024 }' | sort -n | sed -n 2p
}

times=$(mktemp)
trap 'rm -f "$times"' EXIT
printf '%-60s %-6s %8s %8s %8s\n' folder what 'CPU, s' 'wall, s' MiB
for folder in "$@"; do
  read -r cpu wall memory < <(measure rg -c 'kubelet|user_data|UserData|NodeConfig' "$folder")
  printf '%-60s %-6s %8.2f %8.2f %8.0f\n' "$folder" rg "$cpu" "$wall" "$memory"
  read -r cpu wall memory < <(measure "$binary" check "$folder")
  printf '%-60s %-6s %8.2f %8.2f %8.0f\n' '' check "$cpu" "$wall" "$memory"
done
