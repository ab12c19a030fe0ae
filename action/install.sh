#!/usr/bin/env bash
# Installs a pinned release of kubelet-lint on the runner. The archive must have the SHA-256 listed in checksums.txt; anything
# else is not run. KUBELET_LINT_DOWNLOAD is the address of a mirror with the archives below vX.Y.Z/.
set -euo pipefail

say() { printf '%s\n' "$*"; }
fail() {
  # A message may contain user input: none of its lines may start a workflow command.
  local text=${*//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::error title=kubelet-lint::%s\n' "$text"
  exit 2
}

if [[ -n "${INPUT_BINARY:-}" ]]; then
  [[ "$INPUT_BINARY" != *[$'\n\r']* ]] || fail "binary: expected one path"
  found=$(type -P -- "$INPUT_BINARY") || fail "binary: program not found: $INPUT_BINARY"
  # Later steps may run it in another folder.
  [[ "$found" == /* || "$found" == ?:* ]] || found="$PWD/$found"
  printf 'binary=%s\n' "$found" >>"$GITHUB_OUTPUT"
  exit 0
fi

case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail "no prebuilt binary for ${RUNNER_OS:-this system} on ${RUNNER_ARCH:-this processor}; set the input binary" ;;
esac

list="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)/checksums.txt"
version=${INPUT_VERSION:-}
if [[ -z "$version" ]]; then
  version=$(sed -n 's/^[0-9a-f]\{64\}  kubelet-lint-\([0-9][^-]*\)-.*/\1/p' "$list" | tail -n 1)
  [[ -n "$version" ]] || fail "this commit of the action does not pin a release; use a later commit, or set the input binary"
fi
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "version: invalid version $version (expected a version such as 1.2.3)"

archive="kubelet-lint-$version-$target.tar.gz"
wanted=$(awk -v name="$archive" '$2 == name { print $1 }' "$list" | tail -n 1)
[[ -n "$wanted" ]] || fail "this commit of the action does not pin version $version for $target"

# On Windows paths have backslashes and a drive letter, which tar takes for a host name: work inside the folder.
folder="${RUNNER_TEMP//\\//}/kubelet-lint-$version"
rm -rf -- "$folder"
mkdir -p -- "$folder"
cd -- "$folder"
from="$SERVER_URL/$ACTION_REPOSITORY/releases/download"
protocols="=https"
if [[ -n "${KUBELET_LINT_DOWNLOAD:-}" ]]; then
  from=$KUBELET_LINT_DOWNLOAD
  protocols="=https,http,file"
fi
curl --proto "$protocols" --fail --silent --show-error --location --retry 3 --max-time 120 --output "$archive" -- \
  "$from/v$version/$archive" || fail "could not download $archive from $from"
if command -v sha256sum >/dev/null; then
  got=$(sha256sum <"$archive")
else
  got=$(shasum -a 256 <"$archive")
fi
[[ "${got%% *}" == "$wanted" ]] || fail "checksum mismatch for $archive: expected SHA-256 $wanted, got ${got%% *}"
tar -xzf "$archive"

binary="$folder/kubelet-lint-$version-$target/kubelet-lint"
[[ "${RUNNER_OS:-}" != Windows ]] || binary+=.exe
[[ -x "$binary" ]] || fail "$archive does not contain kubelet-lint"
say "kubelet-lint $version"
printf 'binary=%s\n' "$binary" >>"$GITHUB_OUTPUT"
