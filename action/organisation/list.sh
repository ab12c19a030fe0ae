#!/usr/bin/env bash
# Lists the repositories of an organisation and distributes them over jobs of about the same size.
set -euo pipefail
# shellcheck source=SCRIPTDIR/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

[[ "$INPUT_ORGANISATION" =~ ^[A-Za-z0-9][A-Za-z0-9-]*$ ]] || fail "organisation: invalid name $INPUT_ORGANISATION"
[[ "$INPUT_SHARDS" =~ ^[0-9]{1,3}$ && $((10#$INPUT_SHARDS)) -ge 1 && $((10#$INPUT_SHARDS)) -le 256 ]] ||
  fail "shards: invalid number $INPUT_SHARDS (expected 1 to 256)"
flag archived "$INPUT_ARCHIVED"
flag forks "$INPUT_FORKS"

all=$(mktemp)
GH_TOKEN=$TOKEN gh api --paginate "orgs/$INPUT_ORGANISATION/repos?type=all&per_page=100" \
  --jq '.[] | [.full_name, .default_branch, .archived, .fork, .size] | @tsv' >"$all" ||
  fail "could not list the repositories of $INPUT_ORGANISATION with this token"

# True if a name matches a pattern of a list.
matches() {
  local pattern
  while IFS= read -r pattern; do
    pattern=${pattern%$'\r'}
    # Unquoted on purpose: it is a pattern.
    # shellcheck disable=SC2053
    [[ -z "$pattern" || "$1" != $pattern ]] || return 0
  done <<<"$2"
  return 1
}

chosen=$(mktemp)
while IFS=$'\t' read -r name branch archived fork size; do
  is_repository "$name" || continue
  # Skip empty repositories.
  [[ -n "$branch" && "$size" =~ ^[0-9]+$ ]] || continue
  [[ "$INPUT_ARCHIVED" == true || "$archived" != true ]] || continue
  [[ "$INPUT_FORKS" == true || "$fork" != true ]] || continue
  matches "${name#*/}" "$INPUT_INCLUDE" || continue
  ! matches "${name#*/}" "$INPUT_EXCLUDE" || continue
  printf '%s\t%s\n' "$size" "$name" >>"$chosen"
done <"$all"

count=$(awk 'END { print NR }' "$chosen")
printf 'repositories=%s\n' "$count" >>"$GITHUB_OUTPUT"
# The largest first, each to the job with the least so far. Even a small clone has a cost.
matrix=$(sort -k1,1nr -k2,2 "$chosen" | jq -R -n -c --argjson shards "$((10#$INPUT_SHARDS))" '
  [inputs | split("\t") | {size: (.[0] | tonumber + 1000), name: .[1]}] as $all
  | ([$shards, ($all | length)] | min) as $jobs
  | reduce $all[] as $one (
      [range($jobs) | {size: 0, names: []}];
      (to_entries | min_by(.value.size).key) as $least
      | .[$least].size += $one.size | .[$least].names += [$one.name])
  | {include: (to_entries | map({shard: (.key + 1), repositories: (.value.names | sort | join("\n"))}))}')
printf 'matrix=%s\n' "$matrix" >>"$GITHUB_OUTPUT"
printf '%s repositories of %s in %s jobs\n' "$count" "$INPUT_ORGANISATION" "$(jq '.include | length' <<<"$matrix")"
