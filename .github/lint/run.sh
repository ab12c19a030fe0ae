#!/usr/bin/env bash
# Checks the action, workflows, hooks, scripts and the recipes of docs/ci.md with their schemas and linters. Requires the packages
# in requirements.txt, and no network.
set -euo pipefail
shopt -s globstar
cd "$(dirname "$0")/../.."

recipes=$(mktemp -d)
trap 'rm -rf "$recipes"' EXIT
# A block of the page has its file name after the language.
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
