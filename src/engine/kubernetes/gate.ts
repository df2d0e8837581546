/** The shell in front of a server in its Pod: what has to be known, or to have happened, before the server runs. */
import { EXIT } from "../../errors.ts";

/**
 * Waits for a line before it becomes the server: nobody hears what a container says before the attach. `read` takes byte
 * by byte from a pipe, so that all that follows the line is the server's.
 */
const OPENED = "read -r _";

const SERVER = 'exec "$@"';

/** The address that every Pod is told of, and which a Pod without a network cannot reach. */
export const API_SERVER = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] as const;

/**
 * Whether the Pod reaches the cluster's API server: 0 = it does, 126 and up = it has nothing to try it with. An enforced policy
 * drops the packets, so that a second is the answer. Some kinds of nc end only when the other side has answered something.
 */
const REACHES = `reaches() {
  [ -n "$KUBERNETES_SERVICE_HOST" ] && command -v timeout || return 127
  if command -v bash; then timeout 1 bash -c ': </dev/tcp/$0/$1' "$KUBERNETES_SERVICE_HOST" "$KUBERNETES_SERVICE_PORT"
  else
    command -v nc || return 127
    printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 1 nc "$KUBERNETES_SERVICE_HOST" "$KUBERNETES_SERVICE_PORT"
  fi
} </dev/null >/dev/null 2>&1
`;

const OPEN = "this cluster does not enforce it, or not from the start: the server reaches the cluster's network";
const UNKNOWN =
  "whether this cluster enforces it is not known: the image has nothing to try it with (timeout, and bash or nc)";

const OPEN_HINT = "choose a network plugin that enforces NetworkPolicy from the start, or set network: bridge";
const UNKNOWN_HINT = "put them into the image, or set network: bridge";

/** The same beside the server, by a process that the Pod's first one reaps: a start need not wait for it. */
const TOLD = `${OPENED} || exit
( {
  reaches
  case $? in
    0) echo "argus: warning: network: none: ${OPEN}" >&2 ;;
    12[67]) echo "argus: warning: network: none: ${UNKNOWN}" >&2 ;;
  esac
} </dev/null >/dev/null & )
${SERVER}`;

/** Some network plugins take seconds to enforce the policy of a new Pod; one packet alone may be lost without any. */
const ENFORCED = `${OPENED} || exit
argus_why="${OPEN}" argus_hint="${OPEN_HINT}" argus_missed=
for _ in 1 2 3 4 5 6 7; do
  reaches
  case $? in
    0) argus_missed=; sleep 0.5 ;;
    12[67]) argus_why="${UNKNOWN}" argus_hint="${UNKNOWN_HINT}"; break ;;
    *) [ -z "$argus_missed" ] || ${SERVER}; argus_missed=yes ;;
  esac
done
echo "argus: error: network: none: $argus_why; isolation is required, so that the server is not started [absent/isolation]
  hint: $argus_hint" >&2
exit ${EXIT.absent}`;

/** How a Pod's `network: none` is made sure of: told when it is not enforced, or the server is not started then. */
export type NetworkCheck = "tell" | "require";

/** What a Pod's command begins with; the server's own words follow. `network` is undefined where it is not `none`. */
export function gate(network: NetworkCheck | undefined): string[] {
  if (network === undefined) return ["/bin/sh", "-c", `${OPENED} && ${SERVER}`, "sh"];
  return ["/bin/sh", "-c", `${REACHES}${network === "tell" ? TOLD : ENFORCED}`, "sh"];
}
