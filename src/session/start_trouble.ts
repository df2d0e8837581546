/** Why a container did not start. The engine has told the client, past argus, and is made to say it once more. */
import type { Command } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import { explain } from "../engine/explain.ts";
import { detachedCommand } from "../engine/oci.ts";
import { ArgusError } from "../errors.ts";
import { run } from "../host/spawn.ts";

/** A start that failed. */
export interface FailedStart {
  readonly command: Command;
  readonly engine: Engine;
  readonly backend: string;
  /** 125: the engine's own, 126 and 127: of a program that it could not start. */
  readonly code: number;
}

/** Far longer than a start that fails takes. Milliseconds. */
const LIMIT = 20_000;

/**
 * Starts the container once more, without a client. undefined when it runs now, and has to be removed: what failed is over, or
 * it was the server that ended with such a code.
 */
export async function startTrouble(failed: FailedStart, signal: AbortSignal): Promise<ArgusError | undefined> {
  const { command, engine, backend, code } = failed;
  const again = await run(detachedCommand(command), { timeoutMs: LIMIT, signal }).catch(() => undefined);
  if (again === undefined || again.code === 0 || again.timedOut || signal.aborted) return undefined;
  const {
    code: what,
    message,
    hint,
    exitCode,
  } = explain({ engine: engine.name, phase: "run", output: again.stderr, backend });
  // Its words are on the client's stderr already.
  return new ArgusError(what, message, { hint, exitCode: code === 125 ? exitCode : code });
}
