#!/usr/bin/env bash
# Holds the action, the workflows, the hooks, the scripts and the recipes of docs/ci.md against their schemas and linters. Needs
# what requirements.txt lists, and no network.
set -euo pipefail
shopt -s globstar
cd "$(dirname "$0")/../.."

recipes=$(mktemp -d)
trap 'rm -rf "$recipes"' EXIT
# A block of the page names its file after its language.
awk -v out="$recipes" '
  !file && /^```[a-z]+ [^ ]+$/ { file = out "/" $2; folder = file; sub(/\/[^\/]*$/, "", folder); system("mkdir -p " folder); next }
  /^```/ { file = ""; next }
  file { print > file }
' docs/ci.md
# The linters want to see a repository and a commit, which are not known yet.
sed -i.bak -e 's|OWNER/kubelet-lint|example/kubelet-lint|; s|@COMMIT|@0000000000000000000000000000000000000000 # v0.1.0|' "$recipes"/github/*.yml
mkdir -p "$recipes/.github/workflows"
mv "$recipes"/github/*.yml "$recipes/.github/workflows/"

check-jsonschema --builtin-schema vendor.github-actions action.yml action/*/action.yml
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml "$recipes"/.github/workflows/*.yml
check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$recipes/gitlab/code-quality.yml"
check-jsonschema --builtin-schema vendor.azure-pipelines --regex-variant nonunicode --data-transform azure-pipelines "$recipes/azure/azure-pipelines.yml"
pre-commit validate-manifest .pre-commit-hooks.yaml
pre-commit validate-config "$recipes/pre-commit/.pre-commit-config.yaml"
zizmor --offline --persona pedantic .
zizmor --offline --persona pedantic "$recipes"
shellcheck action/**/*.sh .github/**/*.sh .ci/run
