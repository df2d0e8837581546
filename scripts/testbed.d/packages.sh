# shellcheck shell=bash
# Debian packages of the engines and of the tools that make the base images.

PACKAGES=(
  docker.io iptables
  podman crun conmon netavark aardvark-dns catatonit uidmap slirp4netns fuse-overlayfs
  mmdebstrap debian-archive-keyring ca-certificates curl openssl git iproute2 util-linux xz-utils
)

packages_up() {
  local missing=()
  if [ "${1-}" ]; then PACKAGES+=("$@"); fi
  if ! command -v node >/dev/null; then PACKAGES+=(nodejs npm); fi
  if ! command -v go >/dev/null; then PACKAGES+=(golang-go); fi
  if ! python3 -m pip --version >/dev/null 2>&1; then PACKAGES+=(python3-pip); fi
  mapfile -t missing < <(packages_missing)
  if [ "${#missing[@]}" -eq 0 ]; then return 0; fi
  say "installing ${missing[*]}"
  step "apt-get update" apt-update retry apt-get update -q
  step "apt-get install ${missing[*]}" apt-install packages_install "${missing[@]}"
}

packages_missing() {
  local name
  declare -A have=()
  while read -r name; do have["$name"]=1; done < <(
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${PACKAGES[@]}" 2>/dev/null | sed -n 's/ installed$//p'
  )
  for name in "${PACKAGES[@]}"; do
    if [ -z "${have[$name]-}" ]; then echo "$name"; fi
  done
}

# A policy that forbids starts keeps the package scripts from launching the daemons before they are configured.
packages_install() {
  local policy=/usr/sbin/policy-rc.d made=no rc=0
  if [ ! -e "$policy" ] && [ ! -d /run/systemd/system ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made=yes
  fi
  DEBIAN_FRONTEND=noninteractive retry apt-get install -q -y --no-install-recommends "$@" || rc=$?
  if [ "$made" = yes ]; then rm -f "$policy"; fi
  return "$rc"
}
