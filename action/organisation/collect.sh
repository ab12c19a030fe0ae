#!/usr/bin/env bash
# Merges the reports of all jobs: one table, and one SARIF file with a run per repository. Fails if there are findings, or if a
# repository could not be scanned: an unscanned repository must not look clean.
set -euo pipefail
# shellcheck source=SCRIPTDIR/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

cd -- "$INPUT_FOLDER"
shopt -s nullglob
rows=(*.tsv)
[[ ${#rows[@]} -gt 0 ]] || fail "no reports found in $INPUT_FOLDER"
sort -- "${rows[@]}" >all.table
reports=(*+*.sarif)
if [[ ${#reports[@]} -gt 0 ]]; then
  jq -s '{"$schema": .[0]["$schema"], version: .[0].version, runs: [.[].runs[]]}' -- "${reports[@]}" >all.sarif
fi

total=$(awk -F '\t' '{ n += $4 } END { print n + 0 }' all.table)
unread=$(awk -F '\t' '$3 > 1 && $2 != "not read completely" { n++ } END { print n + 0 }' all.table)
partly=$(awk -F '\t' '$2 == "not read completely" { n++ } END { print n + 0 }' all.table)
refused=$(awk -F '\t' '$6 == "refused" { n++ } END { print n + 0 }' all.table)
{
  printf '## kubelet-lint\n\n%s findings in %s repositories.\n' "$total" "${#rows[@]}"
  [[ $unread -eq 0 ]] || printf '\n**%s could not be scanned.**\n' "$unread"
  [[ $partly -eq 0 ]] || printf '\n**%s could not be read completely.**\n' "$partly"
  [[ $refused -eq 0 ]] || printf '\nCode scanning of %s repositories rejected the upload.\n' "$refused"
  printf '\n| repository | findings | problems | state | commit |\n|---|---|---|---|---|\n'
  sort -t "$(printf '\t')" -k3,3nr -k4,4nr -k1,1 all.table |
    awk -F '\t' 'NR <= 2000 { printf "| `%s` | %s | %s | %s | %s |\n", $1, $4, $7, $2, $5 } END { if (NR > 2000) printf "\nand %d more\n", NR - 2000 }'
} >>"$GITHUB_STEP_SUMMARY"
printf 'findings=%s\nrepositories=%s\n' "$total" "${#rows[@]}" >>"$GITHUB_OUTPUT"

[[ $unread -eq 0 ]] || fail "$unread of ${#rows[@]} repositories could not be scanned"
[[ $partly -eq 0 ]] || fail "$partly of ${#rows[@]} repositories could not be read completely"
found=$(awk -F '\t' '$3 == 1 { n++ } END { print n + 0 }' all.table)
if [[ $found -gt 0 ]]; then
  printf '::error title=kubelet-lint::%s repositories have findings at or above fail-on\n' "$found"
  exit 1
fi
