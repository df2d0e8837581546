/**
 * The shell script that guards a session's container or Pod, and pumps its input where the program cannot have the client's
 * own: when argus dies without a word (SIGKILL), the guard's lifeline closes, and the guard removes what is left. POSIX sh,
 * no bash features.
 *
 * Descriptors: 0 the client's own · 3 the pipe to the program, where argus has made it · 4 the lifeline, whose words the guard
 * reads · 5 reports to argus.
 * Arguments: NAME BIN REMOVE OUT FIRST (REMOVE is split at line ends; NAME is empty when there is nothing to remove; FIRST
 * precedes the client's input).
 *
 *     main ─┬─ cat     client's stdin → descriptor OUT
 *           └─ guard   reads the lifeline
 *
 * With OUT empty there is no pump: the script is the guard alone, with descriptor 4 and nothing else.
 * With OUT = 1 the pump's pipe leads to the guard, which holds its other end as descriptor {@link PIPE_END} and never reads
 * from it: argus opens it there. With OUT = 3 it is the one that argus has made.
 *
 * Descriptor 5 gets `guard PID` and `ready`, and ends when the client's input has, or when the pump was killed.
 * The words on descriptor 4: `program PID` (whom to end; no PID when it has ended), `settled LOOKS`.
 */

/** How often the guard looks for a container after argus died: a start killed half-way may create it later. */
export const LOOKS = 3;

/** Where the guard holds the end of the pump's pipe. */
export const PIPE_END = 8;

/** Name of the script's processes, by which they are told from other shells. */
export const GUARD_NAME = "argus-session";

/** Variable that marks the pump, whose command line says nothing. */
export const SESSION_VARIABLE = "ARGUS_SESSION";

/** The script, for `sh -c`. */
export const GUARD_SCRIPT = `
name=$1 bin=$2 remove=$3 out=$4 first=$5
newline='
'
PATH=\${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin

pause() { sleep "$1" || sleep 1; }

# Sets outcome. A call that hangs is given up after 20 s, because the next one may be luckier; not sooner,
# because podman leaves a container half removed when it is killed.
look() {
  if said=$(
    IFS=$newline
    set -f
    "$bin" $remove & call=$!
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

# The session's program, where argus was killed before it could name it: what reads the pump's pipe, or names the container.
programs() {
  if [ -n "$out" ]; then
    for file in /proc/[0-9]*/fd/0; do
      [ "$file" -ef /proc/self/fd/${PIPE_END} ] || continue
      file=\${file#/proc/}
      echo "\${file%/fd/0}"
    done
  else
    for file in $(grep -lzxF -e "$name" /proc/[0-9]*/cmdline); do
      pid=\${file#/proc/} pid=\${pid%/cmdline} comm=
      read -r comm <"/proc/$pid/comm"
      [ "$pid" = $$ ] || [ "$comm" = conmon ] || echo "$pid"
    done
  fi
}

guard() {
  trap '' HUP INT QUIT TERM
  looks=lost program= tries=0 interval=0.5 found=
  while read -r word value; do
    case $word in
      settled) looks=$value ;;
      program) program=$value ;;
    esac
  done
  [ "$looks" != 0 ] || kill -9 0
  # All but this guard.
  kill -TERM 0
  if [ "$looks" = lost ]; then
    looks=${LOOKS} outcome=absent
    [ -n "$program" ] || program=$(programs)
    # A program has a process group of its own, which holds all that a bare server started.
    for pid in $program; do kill -TERM "-$pid"; done
    pause 0.5
    [ -z "$name" ] || look
    for pid in $program; do kill -9 "-$pid"; done
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

if [ -z "$out" ]; then
  exec <&4 4<&- >/dev/null 2>&1
  guard
fi
exec 7<&0 6>&2 2>/dev/null
{
  # Bytes have no language: in any other, cat opens 20 files first.
  export ${SESSION_VARIABLE}="$name" LC_ALL=C
  printf %s "$first" >&"$out"
  exec cat <&7 >&"$out" 2>&6 3>&- 4<&- 6>&- 7<&-
} | {
  exec ${PIPE_END}<&0 <&4 3>&- 4<&- 6>&- 7<&- >/dev/null
  echo ready >&5
  exec 5>&-
  guard
} &
echo "guard $!" >&5
exec 3>&- 4<&- 5>&- 6>&- 7<&-
wait
`;
