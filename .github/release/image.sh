#!/usr/bin/env bash
# image.sh VERSION FOLDER [IMAGE SOURCE]: builds the container image from the archives in FOLDER; pushes it if IMAGE is given.
set -euo pipefail
version=$1 archives=$2 image=${3:-} source=${4:-}
cd "$(dirname "$0")/../.."

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
for pair in amd64:x86_64 arm64:aarch64; do
  mkdir "$context/${pair%%:*}"
  tar -xzf "$archives/kubelet-lint-$version-${pair#*:}-unknown-linux-musl.tar.gz" -C "$context/${pair%%:*}" --strip-components 1
done
docker buildx create --use
build=(docker buildx build --platform "linux/amd64,linux/arm64" --file .github/release/Containerfile
  --label "org.opencontainers.image.version=$version")
[[ -z "$source" ]] || build+=(--label "org.opencontainers.image.source=$source")
[[ -z "$image" ]] || build+=(--tag "$image" --push)
"${build[@]}" "$context"
