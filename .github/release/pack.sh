#!/usr/bin/env bash
# pack.sh TARGET VERSION FOLDER: builds the program for TARGET and packs it with its licences, completions and manual page.
set -euo pipefail
target=$1 version=$2 out=$3
cd "$(dirname "$0")/../.."

cargo build --profile dist --locked --target "$target"
name="kubelet-lint-$version-$target"
folder="$out/$name"
rm -rf "$folder"
mkdir -p "$folder/completions" "$folder/man"
binary="target/$target/dist/kubelet-lint"
[[ "$target" != *windows* ]] || binary+=.exe
cp "$binary" "$folder/"
cp LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md "$folder/"
"$binary" completions bash >"$folder/completions/kubelet-lint.bash"
"$binary" completions zsh >"$folder/completions/_kubelet-lint"
"$binary" completions fish >"$folder/completions/kubelet-lint.fish"
"$binary" completions powershell >"$folder/completions/kubelet-lint.ps1"
"$binary" man >"$folder/man/kubelet-lint.1"
tar -czf "$out/$name.tar.gz" -C "$out" "$name"
rm -rf "$folder"
echo "$out/$name.tar.gz"
