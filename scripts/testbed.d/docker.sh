# shellcheck shell=bash
# The Docker daemon: the one that answers, else Debian's.

# Debian's own command line speaks to every daemon; a newer one first in PATH may lack buildx.
docker_cli() {
  if [ -x /usr/bin/docker ]; then /usr/bin/docker "$@"; else docker "$@"; fi
}

docker_answers() { docker_cli version --format '{{.Server.Version}}' >/dev/null 2>&1; }

docker_up() {
  if docker_answers; then return 0; fi
  if [ -n "${DOCKER_HOST-}" ]; then die "no daemon answers at DOCKER_HOST=$DOCKER_HOST"; fi
  if [ -d /run/systemd/system ] && systemctl start docker 2>/dev/null && wait_for 30 docker_answers; then
    say "started the docker service"
    return 0
  fi
  docker_start
}

docker_start() {
  local mtu
  drop_stale_pidfile "$TESTBED_STATE/docker.pid" dockerd
  drop_stale_pidfile /run/docker.pid dockerd
  drop_stale_pidfile /run/docker/containerd/containerd.pid containerd
  mtu="$(docker_mtu)"
  : >"$TESTBED_LOGS/dockerd.log"
  start_daemon "$TESTBED_STATE/docker.started" "$TESTBED_LOGS/dockerd.log" \
    dockerd --pidfile "$TESTBED_STATE/docker.pid" --mtu "${mtu:-1500}"
  if ! wait_for 60 docker_answers; then
    grep -v 'level=info' "$TESTBED_LOGS/dockerd.log" | tail -n 10 | sed 's/^/    /' >&2
    die "dockerd does not answer (log: $TESTBED_LOGS/dockerd.log)"
  fi
  say "started dockerd $(docker_cli version --format '{{.Server.Version}}')"
}

# Packets larger than the uplink takes are lost on hosts that are tunnelled themselves.
docker_mtu() {
  local device
  device="$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)"
  if [ -n "$device" ]; then ip -o link show "$device" | sed -n 's/.* mtu \([0-9]*\).*/\1/p'; fi
}

docker_down() { stop_daemon "$TESTBED_STATE/docker.started" dockerd; }

docker_status() {
  local cli
  if ! docker_answers; then
    echo "docker    missing: no daemon answers"
    return 1
  fi
  cli="$(docker --version | sed 's/^Docker version \([^,]*\).*/\1/')"
  echo "docker    ready: engine $(docker_cli version --format '{{.Server.Version}}'), $(command -v docker) $cli"
}
