#!/usr/bin/env bash
# debian:trixie-slim: the minimal system without manual pages, documents and locales.
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2"
root="$work/root"
mirror=http://deb.debian.org/debian
slim=()
for path in doc man info locale groff lintian; do slim+=(--dpkgopt="path-exclude=/usr/share/$path/*"); done
slim+=(--dpkgopt='path-include=/usr/share/doc/*/copyright')

bootstrap() {
  rm -rf "$root"
  mmdebstrap --mode=root --variant=minbase --format=directory "${slim[@]}" trixie "$root" \
    "deb $mirror trixie main" "deb $mirror trixie-updates main" "deb $mirror-security trixie-security main"
}
retry bootstrap

rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/etc/{resolv.conf,hostname}
cat >"$root/etc/apt/sources.list.d/debian.sources" <<TEXT
Types: deb
URIs: $mirror
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: $mirror-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
TEXT
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* "$root"/var/cache/ldconfig/*
pack_owned "$root" "$out" --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*'
