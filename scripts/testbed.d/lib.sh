# shellcheck shell=bash
# What every part of the testbed uses: words for people, retries, pid files, state.

TESTBED_STATE="${ARGUS_TESTBED_DIR:-/var/lib/argus-testbed}"
TESTBED_LOGS="$TESTBED_STATE/log"

say() { printf 'testbed: %s\n' "$*" >&2; }

die() {
  printf 'testbed: error: %s\n' "$*" >&2
  TESTBED_SAID=yes
  exit 1
}

# No failure is silent: what no step has reported is reported on the way out.
TESTBED_SAID=no
report_exit() {
  local rc=$?
  if [ "$rc" -ne 0 ] && [ "$TESTBED_SAID" = no ]; then
    printf 'testbed: error: stopped unexpectedly (exit code %s; logs: %s)\n' "$rc" "$TESTBED_LOGS" >&2
  fi
}

need_root() {
  trap report_exit EXIT
  if [ "$(id -u)" -ne 0 ]; then die "must run as root (try: sudo scripts/testbed up)"; fi
  if ! command -v apt-get >/dev/null; then die "needs Debian: no apt-get here"; fi
  mkdir -p "$TESTBED_STATE" "$TESTBED_LOGS"
  chmod 0755 "$TESTBED_STATE"
}

# One `up` or `down` at a time; the descriptor is closed for everything that is started and stays.
hold_lock() {
  exec 9>"$TESTBED_STATE/lock"
  if ! flock -n 9; then
    say "waiting for another testbed run"
    flock -w 1200 9 || die "another testbed run holds $TESTBED_STATE/lock for 20 minutes"
  fi
}

# Runs a command with its output in a log; on failure the log's end is shown and the script ends.
# usage: step "what it does" LOG command...
step() {
  local what="$1" log="$TESTBED_LOGS/$2.log"
  shift 2
  if "$@" >"$log" 2>&1 9>&-; then return 0; fi
  tail -n 15 "$log" | sed 's/^/    /' >&2
  die "$what failed (whole output: $log)"
}

# Three tries for what needs the network.
retry() {
  local try
  for try in 1 2 3; do
    if "$@"; then return 0; fi
    echo "try $try failed: $*" >&2
    sleep $((try * 2))
  done
  return 1
}

# Polls a command until it succeeds. usage: wait_for SECONDS command...
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 0.1
  done
}

# Waits for all jobs before it ends the script for the ones that failed. usage: wait_all "what they do" PID...
wait_all() {
  local what="$1" failed=0 job
  shift
  for job in "$@"; do wait "$job" || failed=1; done
  if [ "$failed" = 1 ]; then die "$what failed"; fi
}

# Starts a program that stays; usage: start_daemon PIDFILE LOG command...
start_daemon() {
  local pidfile="$1" log="$2"
  shift 2
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  echo "$!" >"$pidfile"
}

# True when the pid file names a living process whose command line contains the word.
daemon_alive() {
  local pid
  pid="$(cat "$1" 2>/dev/null)" || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "$2"
}

# Stops what a pid file names, if it still is that program.
stop_daemon() {
  local pidfile="$1" word="$2" pid
  if daemon_alive "$pidfile" "$word"; then
    pid="$(cat "$pidfile")"
    kill "$pid" 2>/dev/null || true
    if ! wait_for 20 process_gone "$pid"; then kill -9 "$pid" 2>/dev/null || true; fi
    say "stopped $word"
  fi
  rm -f -- "$pidfile"
}

process_gone() { ! kill -0 "$1" 2>/dev/null; }

# A pid file that a crash left behind can name a stranger by now, and its daemon then refuses to start.
drop_stale_pidfile() {
  local file="$1" program="$2" pid
  [ -e "$file" ] || return 0
  pid="$(cat "$file")"
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$program" ]; then rm -f -- "$file"; fi
}
