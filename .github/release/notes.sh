#!/usr/bin/env bash
# notes.sh VERSION: prints the changelog of VERSION.
set -euo pipefail
cd "$(dirname "$0")/../.."
awk -v head="## [$1]" 'index($0, head) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md
