# shellcheck shell=bash
# Shared by all tasks.

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
    *) fail "$1: invalid value $2 (expected true or false)" ;;
  esac
}
# A name as GitHub allows it: it cannot be an option, a path to a parent folder or markup.
is_repository() { [[ "$1" =~ ^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$ && "$1" != */. && "$1" != */.. ]]; }
