#!/usr/bin/env bash
# Scans once and writes every report. Never fails because of findings: the last step of the action does that, so that the
# upload in between takes place.
set -euo pipefail

fail() {
  local text=${*//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::error title=kubelet-lint::%s\n' "$text"
  exit 2
}
flag() {
  case "$2" in
    true | false) ;;
    *) fail "$1: $2 is neither true nor false" ;;
  esac
}

case "$INPUT_FAIL_ON" in
  note | warning | error | never) ;;
  *) fail "fail-on: $INPUT_FAIL_ON is none of note, warning, error, never" ;;
esac
flag changed-only "$INPUT_CHANGED_ONLY"
flag annotations "$INPUT_ANNOTATIONS"
flag summary "$INPUT_SUMMARY"

paths=()
while IFS= read -r path; do
  path=${path%$'\r'}
  [[ -z "${path//[[:space:]]/}" ]] || paths+=("$path")
done <<<"$INPUT_PATHS"
[[ ${#paths[@]} -gt 0 ]] || paths=(.)

folder=$(mktemp -d "$RUNNER_TEMP/kubelet-lint-report.XXXXXX")
common=(--color never --fail-on "$INPUT_FAIL_ON")
[[ -z "${INPUT_CONFIG:-}" ]] || common+=(--config "$INPUT_CONFIG")

# The number of findings in a report.
count() { sed -n 's/^ *"\(errors\|warnings\|notes\)": \([0-9]*\),\{0,1\}$/\2/p' "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# On a pull request only what it touches counts.
narrow=()
if [[ "$INPUT_CHANGED_ONLY" == true && -n "${BASE_SHA:-}" ]]; then
  [[ "$BASE_SHA" =~ ^[0-9a-f]+$ ]] || fail "the base of the pull request is no commit"
  if git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null ||
    git fetch --quiet --no-tags --depth=1 origin "$BASE_SHA" 2>/dev/null; then
    narrow=(--since "$BASE_SHA")
  else
    printf '::notice title=kubelet-lint::%s\n' "the base of the pull request is not here (fetch-depth: 0 brings it), so all findings count"
  fi
fi

# The reports that people of the pull request see.
shown=(--format json --output "$folder/shown.json")
[[ "$INPUT_SUMMARY" != true ]] || shown+=(--format markdown --output "$folder/summary.md")
[[ "$INPUT_ANNOTATIONS" != true ]] || shown+=(--format github)
whole=(--format sarif --output "$folder/kubelet-lint.sarif" --format json --output "$folder/all.json")

code=0
if [[ ${#narrow[@]} -eq 0 ]]; then
  "$BINARY" check "${common[@]}" "${whole[@]}" "${shown[@]}" -- "${paths[@]}" || code=$?
else
  "$BINARY" check "${common[@]}" --exit-zero "${whole[@]}" -- "${paths[@]}" || code=$?
  if [[ $code -eq 0 ]]; then
    "$BINARY" check "${common[@]}" "${narrow[@]}" "${shown[@]}" -- "${paths[@]}" || code=$?
  fi
fi
if [[ $code -gt 1 ]]; then
  printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
  fail "the scan ended with an error (exit code $code)"
fi

all=$(count "$folder/all.json")
before=$((all - $(count "$folder/shown.json")))
if [[ "$INPUT_SUMMARY" == true ]]; then
  cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
  if [[ $before -gt 0 ]]; then
    printf '\nFindings that have to do with no file of this pull request: %s. They do not count here.\n' "$before" >>"$GITHUB_STEP_SUMMARY"
  fi
fi
{
  printf 'sarif-file=%s\n' "$folder/kubelet-lint.sarif"
  printf 'findings=%s\n' "$all"
  printf 'exit-code=%s\n' "$code"
} >>"$GITHUB_OUTPUT"
