#!/bin/sh
# Ensures that the programs that the tests start and that no language's package manager provides are installed: curl, valgrind
# and a Chromium. On Debian and Ubuntu it installs what is missing if it is allowed to; elsewhere it says what to install. On
# Ubuntu it asks for Google Chrome, because Ubuntu's chromium is a snap, which cannot access the tests' folders.
set -eu

found() {
  for program in "$@"; do
    if command -v "$program" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# Succeeds if there is a Chromium that is neither a snap nor Ubuntu's package that merely refers to one.
browser() {
  for program in google-chrome chromium chromium-browser; do
    path=$(command -v "$program") || continue
    case $(readlink -f "$path") in */snap) continue ;; esac
    head -c 2 "$path" | grep -q '#!' && grep -q /snap/bin/ "$path" && continue
    return 0
  done
  return 1
}

# Prints the packages that are missing.
missing() {
  found curl || printf 'curl '
  found valgrind || printf 'valgrind '
  browser || printf 'chromium '
}

missing=$(missing)
[ -n "$missing" ] || exit 0

refuse() {
  echo "The tests need these programs on the PATH: ${1% }. Install them (google-chrome can replace chromium; a snap cannot)." >&2
  exit 1
}

if [ "$(id -u)" = 0 ]; then
  as_root=
elif sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  refuse "$missing"
fi
found apt-get || refuse "$missing"
if grep -qx 'ID=ubuntu' /etc/os-release; then
  case $missing in *chromium*) refuse "$missing" ;; esac
fi

echo "==> apt-get install ${missing% }"
# The words of $as_root and $missing are meant to be split.
# shellcheck disable=SC2086
{
  $as_root apt-get update -qq
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
hash -r
missing=$(missing)
[ -z "$missing" ] || refuse "$missing"
