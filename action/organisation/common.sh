# shellcheck shell=bash
# What the tasks have in common.

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
# A name as GitHub allows it, so it is no option, no path upwards and no markup.
is_repository() { [[ "$1" =~ ^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$ && "$1" != */. && "$1" != */.. ]]; }
