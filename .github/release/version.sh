#!/usr/bin/env bash
# Prints the version of the crate. The tag (if any), the hook's placeholder and the changelog must agree with it.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "Cargo.toml names no version" >&2; exit 1; }
grep -q "kubelet-lint==$version\"" setup.py || { echo "setup.py does not ask for $version" >&2; exit 1; }
if [[ "${GITHUB_REF:-}" == refs/tags/* ]]; then
  [[ "$GITHUB_REF" == "refs/tags/v$version" ]] || { echo "the tag is ${GITHUB_REF#refs/tags/}, the crate $version" >&2; exit 1; }
  # Without it cargo-binstall does not know where the archives are.
  grep -q '^repository = "https://' Cargo.toml || { echo "Cargo.toml does not name the repository" >&2; exit 1; }
  grep -q "^## \[$version\]" CHANGELOG.md || { echo "CHANGELOG.md has nothing on $version" >&2; exit 1; }
fi
echo "$version"
[[ -z "${GITHUB_OUTPUT:-}" ]] || echo "version=$version" >>"$GITHUB_OUTPUT"
