#!/usr/bin/env bash
# wheel.sh TARGET VERSION FOLDER: builds the wheel for TARGET, installs it in a fresh environment, and runs it there.
set -euo pipefail
target=$1 version=$2 out=$3
cd "$(dirname "$0")/../.."
mkdir -p "$out"
out=$(cd "$out" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(command -v python3 || command -v python)
# Windows installs programs in another folder.
programs() { if [[ -d "$1/bin" ]]; then printf '%s' "$1/bin"; else printf '%s' "$1/Scripts"; fi; }
"$python" -m venv "$work/build"
"$(programs "$work/build")/python" -m pip install --quiet --disable-pip-version-check "maturin==1.16.0"
options=(--profile dist --locked --target "$target" --out "$out")
case "$target" in
  # A static program runs with any C library, so one wheel is enough.
  *-linux-musl) options+=(--compatibility manylinux2014 musllinux_1_1) ;;
esac
(cd python && "$(programs "$work/build")/maturin" build "${options[@]}")

"$python" -m venv "$work/fresh"
"$(programs "$work/fresh")/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$out" "kubelet-lint==$version"
program="$(programs "$work/fresh")/kubelet-lint"
[[ "$("$program" --version)" == "kubelet-lint $version" ]]
code=0
"$program" check --format concise testdata/demo || code=$?
[[ $code -eq 1 ]] || { echo "the demo has findings, but the exit code was $code" >&2; exit 1; }
