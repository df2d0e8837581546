# shellcheck shell=bash
# Debian's image registry on loopback, for pushes, pulls and digests.

REGISTRY=127.0.0.1:5055
REGISTRY_PID="$TESTBED_STATE/registry.pid"
REGISTRY_PODMAN=/etc/containers/registries.conf.d/argus-testbed.conf

registry_answers() { curl -sf -m 5 -o /dev/null "http://$REGISTRY/v2/"; }

registry_up() {
  if ! command -v docker-registry >/dev/null; then packages_up docker-registry; fi
  if [ ! -e "$REGISTRY_PODMAN" ]; then
    printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REGISTRY" >"$REGISTRY_PODMAN"
  fi
  if registry_answers; then return 0; fi
  stop_daemon "$REGISTRY_PID" docker-registry
  mkdir -p "$TESTBED_STATE/registry"
  registry_config >"$TESTBED_STATE/registry.yml"
  start_daemon "$REGISTRY_PID" "$TESTBED_LOGS/registry.log" docker-registry serve "$TESTBED_STATE/registry.yml"
  if ! wait_for 20 registry_answers; then
    tail -n 5 "$TESTBED_LOGS/registry.log" | sed 's/^/    /' >&2
    die "the registry does not answer at $REGISTRY"
  fi
  say "started a registry at $REGISTRY"
}

registry_config() {
  cat <<TEXT
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: $TESTBED_STATE/registry
  delete:
    enabled: true
http:
  addr: $REGISTRY
TEXT
}

registry_down() {
  stop_daemon "$REGISTRY_PID" docker-registry
  rm -f "$REGISTRY_PODMAN"
}

registry_status() {
  if registry_answers; then echo "registry  ready: $REGISTRY"; else echo "registry  not running (scripts/testbed up --registry)"; fi
}
