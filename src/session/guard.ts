/**
 * The shell script that starts the engine's program, pumps its stdin and guards the container: when argus dies without
 * a word (SIGKILL), its last descriptor closes and the guard removes what is left. POSIX sh, no bash features.
 *
 * Why a script: a pipe made by a shell is a real pipe, so the program gets its stdin as if typed (a socket pair made by
 * a runtime is slower and cannot be reopened), the pump is `cat`, whose end is the end of the client's input, and no
 * byte passes through argus.
 *
 * Descriptors: 0, 1, 2 the client's own · 3 the command's extra input · 4 the lifeline, whose words the guard reads ·
 * 5 reports to argus.
 * Arguments: NAME BIN REMOVE CHECK COMMAND... (REMOVE and CHECK are split at line ends; NAME is empty when there is no
 * container, CHECK when there is nothing to check).
 *
 *     main ─┬─ guard          reads the lifeline
 *           ├─ pump ── cat    client's stdin → pipe
 *           └─ waiter ── COMMAND
 *
 * The pump first makes sure that the image is there, while the engine starts: an absent one must not cost the client's
 * first bytes, for argus builds it and starts again.
 *
 * The lines on descriptor 5: `pump PID`, `cli PID`, `eof`, `exit CODE`.
 * The words on descriptor 4: `pump PID`, `cli PID` (so that the guard knows whom to end), `settled LOOKS`.
 */

/** How often the guard looks for a container after argus died: a start killed half-way may create it later. */
export const LOOKS = 3;

/** How the pump ends when the image is absent; cat itself ends with 0 or 1. */
const ABSENT = 3;

/** Name of the script's processes, by which they are told from other shells. */
export const GUARD_NAME = "argus-session";

/** Variable that marks the pump, whose command line says nothing. */
export const SESSION_VARIABLE = "ARGUS_SESSION";

/** What the scripts have in common. */
const GUARD = `
name=$1 bin=$2 remove=$3 check=$4
shift 4
path=$PATH
newline='
'
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin

pause() { sleep "$1" || sleep 1; }

# Sets outcome. A call that hangs is given up after 20 s, because the next one may be luckier; not sooner,
# because podman leaves a container half removed when it is killed.
look() {
  if said=$(
    IFS=$newline
    set -f
    "$bin" $remove "$name" & call=$!
    { pause 20; kill -9 "$call"; } >/dev/null & dog=$!
    wait "$call"; code=$?
    kill -9 "$dog"
    exit "$code"
  ); then
    if [ -n "$said" ]; then outcome=removed; else outcome=absent; fi
  else
    outcome=failed
  fi
}

# A podman start that was killed half-way leaves conmon, and the runtime that it started, without a container.
stragglers() {
  for file in $(grep -lzxF -e "$name" /proc/[0-9]*/cmdline); do
    pid=\${file#/proc/} pid=\${pid%/cmdline} comm=
    read -r comm <"/proc/$pid/comm"
    [ "$comm" = conmon ] || continue
    found=yes
    id=$(tr '\\0' '\\n' <"$file" | grep -xE '[0-9a-f]{64}' | head -n 1)
    kill -9 "$pid"
    [ -n "$id" ] || continue
    for file in $(grep -lzxF -e "$id" /proc/[0-9]*/cmdline); do
      pid=\${file#/proc/}
      kill -9 "\${pid%/cmdline}"
    done
  done
}

guard() {
  trap '' HUP INT QUIT TERM
  looks=lost pump= cli= tries=0 interval=0.5 found=
  while read -r word value; do
    case $word in
      settled) looks=$value ;;
      pump) pump=$value ;;
      cli) cli=$value ;;
    esac
  done
  [ "$looks" != 0 ] || exit 0
  if [ "$looks" = lost ]; then
    looks=${LOOKS} outcome=absent
    kill -TERM 0
    pause 0.5
    [ -z "$name" ] || look
    for pid in $cli $pump; do kill -9 "$pid"; done
    [ "$outcome" != removed ] || looks=0
  fi
  if [ -n "$name" ]; then
    while [ "$looks" -gt 0 ] && [ "$tries" -lt 20 ]; do
      pause "$interval"
      interval=1 tries=$((tries + 1)) looks=$((looks - 1))
      look
      case $outcome in
        removed) looks=0 ;;
        failed) looks=$((looks + 1)) ;;
      esac
    done
    stragglers
    # Its container may have come after the last look.
    [ -z "$found" ] || look
  fi
  kill -9 0
}
`;

/** The script, for `sh -c`. */
export const GUARD_SCRIPT = `${GUARD}
exec 6>&2 2>/dev/null
( guard ) </dev/null >/dev/null 3<&- 5>&- 6>&- <&4 4<&- &
exec 4<&-
{
  exec 3<&-
  ${SESSION_VARIABLE}=$name /bin/sh -c 'IFS=$3; set -f; echo "$$"; [ -z "$2" ] || "$1" $2 </dev/null >/dev/null || exit ${ABSENT}; exec cat 2>&6 6>&-' \\
    sh "$bin" "$check" "$newline" 5>&-
  [ "$?" = ${ABSENT} ] || echo eof >&5
} | {
  read -r pump
  echo "pump $pump" >&5
  PATH=$path /bin/sh -c 'echo "cli $$" >&5; exec 5>&- 2>&6 6>&-; exec "$@"' sh "$@"
  echo "exit $?" >&5
  kill -9 "$pump"
}
`;

/**
 * The same guard with a pump alone, for a program that argus starts itself: descriptor 3 is where the input goes. It
 * reports `pump PID` and `eof`.
 */
export const PUMP_SCRIPT = `${GUARD}
exec 6>&2 2>/dev/null
( guard ) </dev/null >/dev/null 3>&- 5>&- 6>&- <&4 4<&- &
exec 4<&-
${SESSION_VARIABLE}=$name /bin/sh -c 'echo "pump $$" >&5; exec cat >&3 2>&6 3>&- 5>&- 6>&-'
exec 3>&-
echo eof >&5
`;
