# shellcheck shell=bash
# Docker's buildx plugin, for the command lines that build with BuildKit only through it. It stays out of their search
# path: tests put it into a DOCKER_CONFIG of their own, and without it the same command line is the one that lacks it.

BUILDX_PLUGIN="$TESTBED_STATE/buildx/docker-buildx"

buildx_up() {
  if "$BUILDX_PLUGIN" docker-cli-plugin-metadata >/dev/null 2>&1; then return 0; fi
  step "buildx" buildx buildx_install
  say "unpacked buildx to $BUILDX_PLUGIN"
}

buildx_install() {
  local work
  work="$(mktemp -d)" || return 1
  "$TESTBED_PARTS/layers/debs.sh" "$work" docker-buildx &&
    dpkg-deb -x "$work"/docker-buildx_*.deb "$work/x" &&
    install -D -m 0755 "$(find "$work/x" -type f -path '*/cli-plugins/docker-buildx' | head -n 1)" "$BUILDX_PLUGIN"
  local rc=$?
  rm -rf "$work"
  return "$rc"
}
