# shellcheck shell=bash
# What tests need to know, as lines for a POSIX shell.

env_print() {
  local engines="" address
  if docker_answers; then engines+=" docker"; fi
  if podman version >/dev/null 2>&1; then engines+=" podman"; fi
  if rootless_podman version >/dev/null 2>&1; then engines+=" rootless"; fi
  address="$(githost_address)"
  env_line ARGUS_TEST_ENGINES "${engines# }"
  env_line ARGUS_TEST_DOCKER_DISTRIBUTION_CLI /usr/bin/docker
  if [ -x "$BUILDX_PLUGIN" ]; then env_line ARGUS_TEST_BUILDX "$BUILDX_PLUGIN"; fi
  env_line ARGUS_TEST_ROOTLESS_USER "$ROOTLESS_USER"
  env_line ARGUS_TEST_ROOTLESS "$(dirname "$TESTBED_PARTS")/testbed rootless --"
  if githost_answers; then
    env_line ARGUS_TEST_GIT_URL "$(githost_url)"
    env_line ARGUS_TEST_GIT_CA "$GITHOST_CA"
    env_line ARGUS_BUILD_EXTRA_ARGS "--add-host $GITHOST_NAME:$address"
  fi
  if registry_answers; then env_line ARGUS_TEST_REGISTRY "$REGISTRY"; fi
  kubernetes_env
}

env_line() { printf "export %s='%s'\n" "$1" "$2"; }
