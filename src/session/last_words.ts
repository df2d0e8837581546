/** The one line that a session which ended badly leaves on stderr: which layer failed, and what to try. */
import type { Engine } from "../engine/engine.ts";

/** How a session ended. */
export interface Ending {
  readonly backend: string;
  /** Of the engine's program, which is the server's unless the engine failed. */
  readonly code: number;
  /** The client ended it, by a signal, its death or the end of input. */
  readonly stopped: boolean;
  readonly inputEnded: boolean;
  /** Milliseconds. */
  readonly lived: number;
  /** What the look after the end found; undefined when there was none. */
  readonly removal: "removed" | "absent" | "failed" | undefined;
  /** The container had surely started, although the code is one of the engine's. */
  readonly started: boolean;
}

/** What the words need to know about the container; undefined for a bare command. */
interface Contained {
  readonly engine: Engine;
  readonly memory: string;
  /** The backend's name where a config has it, and `argus plan` with it. */
  readonly configured: string | undefined;
}

/** The last words; undefined when there is nothing to say. */
export function lastWords(ending: Ending, contained: Contained | undefined): string | undefined {
  const { backend, code, stopped, lived } = ending;
  if (stopped || code === 0) return undefined;
  const server = `the server of "${backend}"`;
  const alone = `server: ${server} ended by itself with exit code ${code} after ${(lived / 1000).toFixed(1)} s; its own words are above`;
  if (contained === undefined) return ending.inputEnded ? undefined : alone;
  const { engine, memory, configured } = contained;
  // A daemon that goes away takes the server with it, and the code is then whatever came of that.
  if (ending.removal === "failed")
    return `engine: ${engine.name} does not answer (its own words are above); the session is over; try: argus doctor`;
  switch (code) {
    case 125:
      if (ending.removal === "removed")
        return `engine: ${engine.name} lost the session (its own words are above); its container is removed`;
      if (ending.started)
        return `engine: ${engine.name} lost the session, or ${server} ended with exit code 125; what either said is above`;
      return `engine: ${engine.name} could not run "${backend}" (its own words are above); try: argus doctor`;
    case 126:
    case 127: {
      const why = code === 126 ? "cannot be executed" : "is not in the image";
      const see = configured === undefined ? "" : `; see: argus plan ${configured}`;
      return `entry: ${server} ended with exit code ${code}: probably its program ${why}${see}`;
    }
    case 137:
      if (ending.removal === "removed")
        return `engine: the ${engine.name} command was killed; its container is removed`;
      return `${server} was killed (exit code 137): probably out of memory (limit ${memory}); raise container.memory`;
    default:
      return ending.inputEnded ? undefined : alone;
  }
}
