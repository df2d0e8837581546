/** What a session on a cluster that ended badly leaves on stderr: which layer failed, and what to try. */
import type { PodState } from "../engine/kubernetes/parse.ts";
import type { ArgusError } from "../errors.ts";

/** How it ended. */
export interface PodEnding {
  readonly backend: string;
  /** The server's where it is known. */
  readonly code: number;
  /** kubectl's own; 128+n when a signal ended it. */
  readonly attachCode: number;
  readonly inputEnded: boolean;
  /** Someone types at a terminal, who sees that it is over. */
  readonly interactive: boolean;
  /** Milliseconds. */
  readonly lived: number;
  /** As the cluster saw it last; undefined = it is gone. */
  readonly pod: PodState | undefined;
  readonly trouble: ArgusError | undefined;
  /** What the server wrote as its node kept it, when some of it may have come before anyone listened. */
  readonly log: string;
  /** What has come on its standard error. */
  readonly passed: string;
}

const MOST_LINES = 20;

/** The lines; none when there is nothing to say. */
export function podLastWords(ending: PodEnding): string[] {
  const { backend, code, attachCode, inputEnded, interactive, lived, pod, trouble } = ending;
  if (pod === undefined) return [`argus: kubernetes: the Pod of "${backend}" was removed while it was in use`];
  if (pod.server?.state !== "terminated") {
    const why =
      attachCode > 128
        ? "the kubectl command was killed"
        : "the connection to the server ended (its node or the API server may have been restarted, or the network cut)";
    return [`argus: kubernetes: ${why}; the Pod of "${backend}" is removed`];
  }
  const alone = `argus: server: the server of "${backend}" ended by itself with exit code ${code} after ${(lived / 1000).toFixed(1)} s`;
  if (code === 0) {
    // A kubelet that goes away closes the server's input, and nothing tells that from a server that had enough.
    return inputEnded || interactive ? [] : [`${alone}, before the end of its input; was its node restarted?`];
  }
  const missed = unheard(ending);
  const log = missed.length === 0 ? [] : ["argus: what else the server said, as its node kept it:", ...missed];
  if (trouble !== undefined) {
    const hint = trouble.hint === undefined ? "" : `; ${trouble.hint}`;
    return [...log, `argus: server: ${trouble.message}${hint}`];
  }
  if (inputEnded) return log;
  return [...log, `${alone}; its own words are above`];
}

/** What came before the first line that was heard. The log has both outputs in it: a message is no word to people. */
function unheard({ log, passed }: PodEnding): string[] {
  const lines = log.split(/\r?\n/).filter((line) => line.trim() !== "");
  const heard = lines.findIndex((line) => passed.includes(line));
  return (heard === -1 ? lines : lines.slice(0, heard)).filter((line) => !line.startsWith("{")).slice(-MOST_LINES);
}
