#!/usr/bin/env bash
# Prints where this machine's apt has Debian from, on one line: the archive and the security archive. Where it has Debian from
# nowhere that a container can reach (a CD, a file, another distribution), ARGUS_TESTBED_DEBIAN names the archive.
set -euo pipefail

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
: "${archive:=${ARGUS_TESTBED_DEBIAN:?apt has Debian from nowhere that a container can reach: set it to the address of a mirror}}"
# Mirrors have the security archive beside the other, as Debian itself does.
echo "$archive ${security:-$archive-security}"
