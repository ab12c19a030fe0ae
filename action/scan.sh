#!/usr/bin/env bash
# Scans and writes every report. Findings, and input that was not read completely, do not fail this step: the last step of the
# action does that, after the upload.
set -euo pipefail

# The scanner does not get the token.
token=${TOKEN:-}
unset TOKEN

escaped() {
  local text=${*//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}
fail() {
  printf '::error title=kubelet-lint::%s\n' "$(escaped "$@")"
  exit 2
}
flag() {
  case "$2" in
    true | false) ;;
    *) fail "$1: invalid value $2 (expected true or false)" ;;
  esac
}

case "$INPUT_FAIL_ON" in
  note | warning | error | never) ;;
  *) fail "fail-on: invalid level $INPUT_FAIL_ON (expected note, warning, error or never)" ;;
esac
case "${INPUT_CONFIG_FROM:-head}" in
  head | base) ;;
  *) fail "config-from: invalid value $INPUT_CONFIG_FROM (expected head or base)" ;;
esac
flag fail-on-unresolved "${INPUT_FAIL_ON_UNRESOLVED:-false}"
flag require-nodes "${INPUT_REQUIRE_NODES:-false}"
flag changed-only "$INPUT_CHANGED_ONLY"
flag annotations "$INPUT_ANNOTATIONS"
flag summary "$INPUT_SUMMARY"
flag upload-sarif "${INPUT_UPLOAD_SARIF:-false}"

paths=()
while IFS= read -r path; do
  path=${path%$'\r'}
  # Standard input is empty on a runner.
  [[ "$path" != - ]] || path=./-
  [[ -z "${path//[[:space:]]/}" ]] || paths+=("$path")
done <<<"$INPUT_PATHS"
[[ ${#paths[@]} -gt 0 ]] || paths=(.)

folder=$(mktemp -d "${RUNNER_TEMP//\\//}/kubelet-lint-report.XXXXXX")
common=(--color never --fail-on "$INPUT_FAIL_ON")
[[ "${INPUT_FAIL_ON_UNRESOLVED:-false}" != true ]] || common+=(--fail-on-unresolved)
[[ -z "${INPUT_CONFIG:-}" ]] || common+=("--config=$INPUT_CONFIG")
while IFS= read -r file; do
  file=${file%$'\r'}
  [[ -z "${file//[[:space:]]/}" ]] || common+=("--var-file=$file")
done <<<"${INPUT_VAR_FILE:-}"

# The summary links places to the commit that is checked out.
if [[ -n "${GITHUB_REPOSITORY:-}" && -n "${SERVER_URL:-}" ]] && head=$(git rev-parse HEAD 2>/dev/null); then
  common+=("--source-url=$SERVER_URL/$GITHUB_REPOSITORY/blob/$head")
fi

# Fetches the base of a pull request if it is missing. A checkout without credentials (as recommended) cannot fetch from a private
# repository: only this command gets the token of the action.
fetch_base() {
  git cat-file -e "$1^{commit}" 2>/dev/null && return
  local fetch=(git fetch --quiet --no-tags --no-recurse-submodules --depth=1 origin "$1")
  GIT_TERMINAL_PROMPT=0 "${fetch[@]}" 2>/dev/null && return
  [[ -n "$token" && -n "${SERVER_URL:-}" ]] || return
  local secret
  secret=$(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')
  printf '::add-mask::%s\n' "$secret"
  GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$SERVER_URL/.extraheader" \
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $secret" "${fetch[@]}" 2>/dev/null
}

# On a pull request only findings count that its base does not have.
narrow=()
if [[ "$INPUT_CHANGED_ONLY" == true && -n "${BASE_SHA:-}" ]]; then
  [[ "$BASE_SHA" =~ ^[0-9a-f]+$ ]] || fail "the base of the pull request is not a valid commit"
  if fetch_base "$BASE_SHA"; then
    narrow=(--since "$BASE_SHA" --config-from "${INPUT_CONFIG_FROM:-head}")
  elif [[ "${INPUT_CONFIG_FROM:-head}" == base ]]; then
    fail "could not fetch the base commit of the pull request, whose configuration decides (set fetch-depth: 0 for actions/checkout)"
  else
    printf '::notice title=kubelet-lint::%s\n' "could not fetch the base commit of the pull request, so all findings count (set fetch-depth: 0 for actions/checkout)"
  fi
fi

# One scan writes every report. Of a pull request, the report for code scanning and the list have the findings of the base as well.
reports=(--verbose --format sarif --output "$folder/kubelet-lint.sarif" --format concise --output "$folder/all.txt")
[[ "$INPUT_SUMMARY" != true ]] || reports+=(--format markdown --output "$folder/summary.md")
[[ "$INPUT_ANNOTATIONS" != true ]] || reports+=(--format github)
[[ "${INPUT_REQUIRE_NODES:-false}" != true ]] || reports+=(--format json --output "$folder/report.json")

code=0
"$BINARY" check "${common[@]}" ${narrow[@]+"${narrow[@]}"} "${reports[@]}" -- "${paths[@]}" </dev/null || code=$?
# With exit code 2 the reports tell whether the scan failed, or the input was not read completely.
for file in kubelet-lint.sarif all.txt; do
  [[ -f "$folder/$file" ]] && continue
  if [[ $code -gt 1 ]]; then
    printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
    fail "the scan failed with exit code $code; see the lines above"
  fi
  fail "the scan wrote no report; is $BINARY kubelet-lint?"
done
if [[ $code -gt 1 ]]; then
  printf '::error title=kubelet-lint::%s\n' "the input was not read completely, or a value is unresolved; see the lines above"
fi
if [[ "${INPUT_REQUIRE_NODES:-false}" == true ]] && grep -q '^    "node_groups": 0,\{0,1\}$' "$folder/report.json"; then
  printf '::error title=kubelet-lint::%s\n' "no node group was found; check the input paths"
  code=2
fi

# Every finding is one line; the word `existing` marks those that the base has.
known='(:[0-9]+:[0-9]+: )existing ([a-z]+\[)'
sed -En "s/$known/\1\2/p" "$folder/all.txt" >"$folder/before.txt"
sed -E "/$known/d" "$folder/all.txt" >"$folder/shown.txt"
# No line of the log may start with a workflow command.
listed() { sed 's/^/- /' "$1"; }
if [[ "$INPUT_ANNOTATIONS" != true ]]; then
  listed "$folder/shown.txt"
fi

before=$(awk 'END { print NR }' "$folder/before.txt")
existing="$before pre-existing findings (not counted)"
[[ $before -ne 1 ]] || existing="1 pre-existing finding (not counted)"
if [[ $before -gt 0 ]]; then
  printf '::group::%s\n' "$existing"
  listed "$folder/before.txt"
  printf '::endgroup::\n'
fi
if [[ "$INPUT_SUMMARY" == true ]]; then
  {
    cat "$folder/summary.md"
    if [[ $before -gt 0 ]]; then
      # A summary is limited to 1 MiB; the table above takes up to 900 KiB.
      printf '\n<details><summary>%s</summary>\n\n<pre>\n' "$existing"
      awk '
        { size += length($0) * 2 }
        size > 60000 { print "and " (total - NR + 1) " more, omitted here"; exit }
        { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); print }
      ' total="$before" "$folder/before.txt"
      printf '</pre>\n</details>\n'
    fi
  } >>"$GITHUB_STEP_SUMMARY"
fi
{
  printf 'sarif-file=%s\n' "$folder/kubelet-lint.sarif"
  printf 'findings=%s\n' "$(awk 'END { print NR }' "$folder/all.txt")"
  printf 'findings-before=%s\n' "$before"
  printf 'exit-code=%s\n' "$code"
} >>"$GITHUB_OUTPUT"
