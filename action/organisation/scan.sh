#!/usr/bin/env bash
# Clones repositories one by one, scans each, and writes a SARIF report and one table row for each. No code from a repository is
# run. The scanner does not get the token.
set -euo pipefail
# shellcheck source=SCRIPTDIR/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
token=${TOKEN:-}
unset TOKEN

case "$INPUT_FAIL_ON" in
  note | warning | error | never) ;;
  *) fail "fail-on: invalid level $INPUT_FAIL_ON (expected note, warning, error or never)" ;;
esac
flag upload-sarif "$INPUT_UPLOAD_SARIF"
mkdir -p -- "$INPUT_FOLDER"
folder=$(cd -- "$INPUT_FOLDER" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

secret=""
if [[ -n "$token" ]]; then
  secret=$(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')
  printf '::add-mask::%s\n' "$secret"
fi
clone() {
  local options=(clone --quiet --depth 1 --no-tags --single-branch --no-recurse-submodules --config core.hooksPath=/dev/null)
  if [[ -n "$secret" ]]; then
    local -x GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $secret"
  fi
  GIT_TERMINAL_PROMPT=0 GIT_LFS_SKIP_SMUDGE=1 git "${options[@]}" -- "$SERVER_URL/$1.git" "$2"
}

# upload REPOSITORY COMMIT BRANCH FILE: to code scanning of the repository.
upload() {
  gzip -c "$4" | base64 | tr -d '\n' >"$work/sarif.b64"
  jq -n --rawfile sarif "$work/sarif.b64" --arg commit "$2" --arg ref "refs/heads/$3" \
    '{commit_sha: $commit, ref: $ref, sarif: $sarif, tool_name: "kubelet-lint"}' >"$work/upload.json"
  GH_TOKEN=$token gh api --method POST "repos/$1/code-scanning/sarifs" --input "$work/upload.json" >/dev/null
}

while IFS= read -r repository; do
  repository=${repository%$'\r'}
  [[ -n "$repository" ]] || continue
  is_repository "$repository" || fail "repositories: invalid name $repository (expected owner/name)"
  name=${repository/\//+}
  tree="$work/tree"
  rm -rf "$tree"
  printf '::group::%s\n' "$repository"
  state=scanned commit="" code=0 findings=0 problems=0 unresolved=0 sent=no
  if ! clone "$repository" "$tree"; then
    state="not cloned"
    code=2
  else
    commit=$(git -C "$tree" rev-parse HEAD)
    branch=$(git -C "$tree" rev-parse --abbrev-ref HEAD)
    rm -f -- "$work/out.sarif" "$work/out.txt" "$work/out.json"
    (cd "$tree" && "$BINARY" check --color never --fail-on "$INPUT_FAIL_ON" --format sarif --output "$work/out.sarif" \
      --format concise --output "$work/out.txt" --format json --output "$work/out.json" . </dev/null) || code=$?
    if [[ ! -f "$work/out.sarif" || ! -f "$work/out.txt" || ! -f "$work/out.json" ]]; then
      state="not scanned"
      code=2
    else
      [[ $code -le 1 ]] || state="not read completely"
      problems=$(jq '[.runs[].invocations[]?.toolExecutionNotifications[]? | select(.level != "note")] | length' "$work/out.sarif")
      unresolved=$(jq '.gaps | length' "$work/out.json")
      sed 's/^/- /' "$work/out.txt"
      findings=$(awk 'END { print NR }' "$work/out.txt")
      # Records the repository, for readers of the merged report.
      jq --arg id "$repository/" --arg commit "$commit" --arg branch "$branch" --arg address "$SERVER_URL/$repository" '
        .runs[].versionControlProvenance = [{repositoryUri: $address, revisionId: $commit, branch: $branch}]
        | .runs[].automationDetails.id = $id' "$work/out.sarif" >"$folder/$name.sarif"
      if [[ "$INPUT_UPLOAD_SARIF" == true ]]; then
        sent=yes
        # The unchanged report, so that it has the same category as other uploads.
        upload "$repository" "$commit" "$branch" "$work/out.sarif" || sent=refused
      fi
    fi
  fi
  printf '::endgroup::\n'
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$repository" "$state" "$code" "$findings" "${commit:0:12}" "$sent" \
    "$problems" "$unresolved" >"$folder/$name.tsv"
done <<<"$INPUT_REPOSITORIES"
