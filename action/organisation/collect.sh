#!/usr/bin/env bash
# Merges the reports of all jobs: one table, and one SARIF file with a run per repository. Fails if there are findings, or if a
# repository could not be scanned: an unscanned repository must not look clean.
set -euo pipefail
# shellcheck source=SCRIPTDIR/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

token=${TOKEN:-}
unset TOKEN
cd -- "$INPUT_FOLDER"
shopt -s nullglob
rows=(*.tsv)
[[ ${#rows[@]} -gt 0 ]] || fail "no reports found in $INPUT_FOLDER"
sort -- "${rows[@]}" >all.table
reports=(*+*.sarif)
if [[ ${#reports[@]} -gt 0 ]]; then
  jq -s '{"$schema": .[0]["$schema"], version: .[0].version, runs: [.[].runs[]]}' -- "${reports[@]}" >all.sarif
fi

# The report of the last run that wrote one. What cannot be read is no report: then nothing is compared.
last=$(mktemp -d)
trap 'rm -rf "$last"' EXIT
last_report() {
  local address
  [[ -n "${INPUT_ARTIFACT:-}" && -n "$token" && -n "${GITHUB_REPOSITORY:-}" ]] || return
  address=$(GH_TOKEN=$token gh api "repos/$GITHUB_REPOSITORY/actions/artifacts?name=$INPUT_ARTIFACT&per_page=20" \
    --jq "[.artifacts[] | select((.expired | not) and .workflow_run.id != ${GITHUB_RUN_ID:-0})][0].archive_download_url // empty") ||
    return
  # The address without its host, which the command adds.
  [[ "$address" == */repos/* ]] || return
  GH_TOKEN=$token gh api "repos/${address#*/repos/}" >"$last/report.zip" || return
  unzip -q -o "$last/report.zip" all.sarif all.table -d "$last" || return
  jq -e '.runs | type == "array"' "$last/all.sarif" >/dev/null
}
# What identifies a finding, one line each: the repository, then rule, file and the hash of its line.
findings() {
  jq -r '.runs[] | (.automationDetails.id // "" | rtrimstr("/")) as $repository | .results[]
    | [$repository, .ruleId, .locations[0].physicalLocation.artifactLocation.uri, .partialFingerprints.primaryLocationLineHash]
    | @tsv' "$1" | sort -u
}
compared=false
: >"$last/new"
: >"$last/gone"
if [[ -f all.sarif ]] && last_report 2>"$last/why"; then
  compared=true
  findings "$last/all.sarif" >"$last/then"
  findings all.sarif >"$last/now"
  # What is gone counts only where the repository was read completely now.
  awk -F '\t' '$3 <= 1 { print $1 }' all.table >"$last/scanned"
  comm -13 "$last/then" "$last/now" >"$last/new"
  comm -23 "$last/then" "$last/now" | awk -F '\t' 'NR == FNR { scanned[$1]; next } $1 in scanned' "$last/scanned" - >"$last/gone"
fi

total=$(awk -F '\t' '{ n += $4 } END { print n + 0 }' all.table)
unread=$(awk -F '\t' '$3 > 1 && $2 != "not read completely" { n++ } END { print n + 0 }' all.table)
partly=$(awk -F '\t' '$2 == "not read completely" { n++ } END { print n + 0 }' all.table)
refused=$(awk -F '\t' '$6 == "refused" { n++ } END { print n + 0 }' all.table)
new=$(awk 'END { print NR }' "$last/new")
gone=$(awk 'END { print NR }' "$last/gone")
{
  printf '## kubelet-lint\n\n%s findings in %s repositories.\n' "$total" "${#rows[@]}"
  [[ $unread -eq 0 ]] || printf '\n**%s could not be scanned.**\n' "$unread"
  [[ $partly -eq 0 ]] || printf '\n**%s could not be read completely.**\n' "$partly"
  [[ $refused -eq 0 ]] || printf '\nCode scanning of %s repositories rejected the upload.\n' "$refused"
  if [[ $compared == true ]]; then
    printf '\n%s new and %s gone since the last report.\n' "$new" "$gone"
  else
    printf '\nThere is no last report to compare with.\n'
  fi
  printf '\n| repository | findings | new | gone | problems | unresolved | state | commit |\n|---|---|---|---|---|---|---|---|\n'
  sort -t "$(printf '\t')" -k3,3nr -k4,4nr -k1,1 all.table |
    awk -F '\t' -v compared="$compared" -v new="$last/new" -v gone="$last/gone" -v server="$SERVER_URL" '
      BEGIN {
        while ((getline line <new) > 0) { split(line, part, "\t"); fresh[part[1]]++ }
        while ((getline line <gone) > 0) { split(line, part, "\t"); past[part[1]]++ }
      }
      function known(n) { return compared == "true" ? n + 0 : "" }
      # A summary is limited to 1 MiB.
      size > 500000 { more++; next }
      {
        at = server "/" $1
        row = sprintf("| [%s](%s) | %s | %s | %s | %s | %s | %s%s | [%s](%s/tree/%s) |", $1, at, $4, known(fresh[$1]), \
          known(past[$1]), $7, $8, $2, $6 == "refused" ? ", upload rejected" : "", $5, at, $5)
        # Nothing is known of what was not scanned.
        if ($2 ~ /^not (cloned|scanned)$/) row = sprintf("| [%s](%s) | | | | | | %s | |", $1, at, $2)
        size += length(row)
        print row
      }
      END { if (more) printf "\nand %d more\n", more }'
  if [[ $total -gt 0 && -f all.sarif ]]; then
    printf '\n| finding | rule | level | new |\n|---|---|---|---|\n'
    # The names of files are percent-encoded, so they are no markup.
    jq -r '.runs[] | (.versionControlProvenance[0] | "\(.repositoryUri)/blob/\(.revisionId)") as $at
      | (.automationDetails.id | rtrimstr("/")) as $repository | .results[]
      | .locations[0].physicalLocation as $place | $place.artifactLocation.uri as $file
      | [$repository, .ruleId, $file, .partialFingerprints.primaryLocationLineHash, .level, $place.region.startLine, $at]
      | @tsv' all.sarif |
      awk -F '\t' -v new="$last/new" '
        BEGIN { while ((getline line <new) > 0) fresh[line] }
        {
          isnew = ($1 "\t" $2 "\t" $3 "\t" $4) in fresh ? "yes" : ""
          link = $7 "/" $3 "#L" $6
          gsub(/[_~]/, "\\\\&", $3)
          rank = $5 == "error" ? 1 : $5 == "warning" ? 2 : 3
          printf "%s\t%s\t| [%s %s:%s](%s) | %s | %s | %s |\n", isnew, rank, $1, $3, $6, link, $2, $5, isnew
        }' | sort -t "$(printf '\t')" -k1,1r -k2,2 -k3 | cut -f 3- | awk '
        size > 400000 { more++; next }
        { size += length($0); print }
        END { if (more) printf "\nand %d more, in all.sarif of the artifact\n", more }'
  fi
} >>"$GITHUB_STEP_SUMMARY"
printf 'findings=%s\nrepositories=%s\n' "$total" "${#rows[@]}" >>"$GITHUB_OUTPUT"
[[ $compared != true ]] || printf 'findings-new=%s\n' "$new" >>"$GITHUB_OUTPUT"

[[ $unread -eq 0 ]] || fail "$unread of ${#rows[@]} repositories could not be scanned"
[[ $partly -eq 0 ]] || fail "$partly of ${#rows[@]} repositories could not be read completely"
found=$(awk -F '\t' '$3 == 1 { n++ } END { print n + 0 }' all.table)
if [[ $found -gt 0 ]]; then
  printf '::error title=kubelet-lint::%s repositories have findings at or above fail-on\n' "$found"
  exit 1
fi
