#!/usr/bin/env bash
# Scans once and writes every report. Never fails because of findings: the last step of the action does that, so that the
# upload in between takes place.
set -euo pipefail

# The program that is run below gets no token.
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
flag upload-sarif "${INPUT_UPLOAD_SARIF:-false}"

paths=()
while IFS= read -r path; do
  path=${path%$'\r'}
  # A runner has nothing on standard input.
  [[ "$path" != - ]] || path=./-
  [[ -z "${path//[[:space:]]/}" ]] || paths+=("$path")
done <<<"$INPUT_PATHS"
[[ ${#paths[@]} -gt 0 ]] || paths=(.)

folder=$(mktemp -d "${RUNNER_TEMP//\\//}/kubelet-lint-report.XXXXXX")
common=(--color never --fail-on "$INPUT_FAIL_ON")
[[ -z "${INPUT_CONFIG:-}" ]] || common+=("--config=$INPUT_CONFIG")

# Brings the base of a pull request, if it is not here. A checkout that kept no credentials (as it should) cannot fetch from a
# private repository: this one command gets the token of the action then.
bring() {
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

# On a pull request only what it touches counts.
narrow=()
if [[ "$INPUT_CHANGED_ONLY" == true && -n "${BASE_SHA:-}" ]]; then
  [[ "$BASE_SHA" =~ ^[0-9a-f]+$ ]] || fail "the base of the pull request is no commit"
  if bring "$BASE_SHA"; then
    narrow=(--since "$BASE_SHA")
  else
    printf '::notice title=kubelet-lint::%s\n' "the base of the pull request cannot be had (fetch-depth: 0 of the checkout brings it), so all findings count"
  fi
fi

# The reports that people of the pull request see, and those of everything.
shown=(--format concise --output "$folder/shown.txt")
[[ "$INPUT_SUMMARY" != true ]] || shown+=(--format markdown --output "$folder/summary.md")
[[ "$INPUT_ANNOTATIONS" != true ]] || shown+=(--format github)
whole=(--format sarif --output "$folder/kubelet-lint.sarif" --format concise --output "$folder/all.txt")

code=0
if [[ ${#narrow[@]} -eq 0 ]]; then
  "$BINARY" check "${common[@]}" "${whole[@]}" "${shown[@]}" -- "${paths[@]}" </dev/null || code=$?
else
  "$BINARY" check "${common[@]}" --exit-zero --quiet "${whole[@]}" -- "${paths[@]}" </dev/null || code=$?
  if [[ $code -eq 0 ]]; then
    "$BINARY" check "${common[@]}" "${narrow[@]}" "${shown[@]}" -- "${paths[@]}" </dev/null || code=$?
  fi
fi
if [[ $code -gt 1 ]]; then
  printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
  fail "the scan ended with an error (exit code $code); the lines above say which"
fi

[[ -s "$folder/kubelet-lint.sarif" && -f "$folder/all.txt" && -f "$folder/shown.txt" ]] || fail "the scan left no report; is $BINARY a kubelet-lint?"

# Every finding is one line. No line of a log may start with what could be a workflow command.
listed() { sed 's/^/- /' "$1"; }
if [[ "$INPUT_ANNOTATIONS" != true ]]; then
  listed "$folder/shown.txt"
fi

# What was there before: the lines that only the whole has.
awk 'FILENAME == ARGV[1] { seen[$0]++; next } seen[$0] > 0 { seen[$0]--; next } { print }' \
  "$folder/shown.txt" "$folder/all.txt" >"$folder/before.txt"
before=$(awk 'END { print NR }' "$folder/before.txt")
told="Findings from before, which have to do with no file that this pull request changes: $before. They do not count here."
if [[ $before -gt 0 ]]; then
  printf '::group::%s\n' "$told"
  listed "$folder/before.txt"
  printf '::endgroup::\n'
fi
if [[ "$INPUT_SUMMARY" == true ]]; then
  {
    cat "$folder/summary.md"
    if [[ $before -gt 0 ]]; then
      # A summary holds 1 MiB, of which the table above takes up to 900 KiB.
      printf '\n<details><summary>%s</summary>\n\n<pre>\n' "$told"
      awk '
        { size += length($0) * 2 }
        size > 60000 { print "and " (total - NR + 1) " more, which do not fit here"; exit }
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
