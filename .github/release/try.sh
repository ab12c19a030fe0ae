#!/usr/bin/env bash
# try.sh TARGET VERSION FOLDER: unpacks the archive and scans the demo with it. A static program is run in an empty root.
set -euo pipefail
target=$1 version=$2 out=$3
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -xzf "$out/kubelet-lint-$version-$target.tar.gz" -C "$folder" --strip-components 1
cp -R testdata/demo "$folder/demo"
program="$folder/kubelet-lint"
[[ "$target" != *windows* ]] || program+=.exe
[[ "$("$program" --version)" == "kubelet-lint $version" ]]
code=0
if [[ "$target" == *-linux-musl ]]; then
  become=()
  [[ $(id -u) -eq 0 ]] || become=(sudo)
  "${become[@]}" chroot "$folder" /kubelet-lint check --format concise /demo || code=$?
else
  "$program" check --format concise "$folder/demo" || code=$?
fi
[[ $code -eq 1 ]] || { echo "the demo has findings, but the exit code was $code" >&2; exit 1; }
