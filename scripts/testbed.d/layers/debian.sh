#!/usr/bin/env bash
# debian:trixie-slim: the minimal system without manual pages, documents and locales.
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2"
root="$work/root"
mirrors="$("$(dirname "$0")/mirrors.sh")"
read -r archive security <<<"$mirrors"
slim=()
for path in doc man info locale groff lintian; do slim+=(--dpkgopt="path-exclude=/usr/share/$path/*"); done
slim+=(--dpkgopt='path-include=/usr/share/doc/*/copyright')

bootstrap() {
  rm -rf "$root"
  mmdebstrap --mode=root --variant=minbase --format=directory "${slim[@]}" trixie "$root" \
    "deb $archive trixie main" "deb $archive trixie-updates main" "deb $security trixie-security main"
}
retry bootstrap

rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/etc/{resolv.conf,hostname}
cat >"$root/etc/apt/sources.list.d/debian.sources" <<TEXT
Types: deb
URIs: $archive
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: $security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
TEXT
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* "$root"/var/cache/ldconfig/*
pack_owned "$root" "$out" --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*'
