#!/usr/bin/env bash
# Prints where this machine's apt has Debian from, on one line: the archive and the security archive. For one that it has
# from nowhere a container can reach (a CD, a file, another distribution) that is where Debian itself says.
set -euo pipefail

public=http://deb.debian.org

# "suite address" of each source; apt knows all its own formats, and fetches nothing for this.
sources() {
  if grep -qx 'ID=debian' /etc/os-release; then
    { apt-get update --print-uris 2>/dev/null || true; } | sed -nE "s|^'(https?://[^']+)/dists/([^']+)/main/binary-.*|\2 \1|p"
  fi
}

# usage: address PATTERN-OF-THE-SUITE
address() { awk -v suite="$1" '$1 ~ suite && !found { print $2; found = 1 }' <<<"$found"; }

found="$(sources)"
codename="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
# Other archives call their suite as the release too, but nobody else has updates of it.
archive="$(address -updates$)"
if [ -z "$archive" ]; then archive="$(address "^($codename|stable|testing|unstable|sid)$")"; fi
security="$(address '(-security|/updates)$')"
echo "${archive:-$public/debian} ${security:-$public/debian-security}"
